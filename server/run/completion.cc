#include "server/run/completion.h"

#include <algorithm>
#include <utility>

#include "sim/provisional/completion.h"

namespace jalon::server {
namespace {

// Three years of months: what old figures became says little about present ones.
constexpr size_t kMostVintages = 36;

// Names of the revisions this one was appended to, oldest first. One that was deleted ends them.
absl::StatusOr<std::vector<std::string>> EarlierRevisions(Archive& archive,
                                                          const v1::Revision& newest) {
  std::vector<std::string> names;
  std::string name = newest.base_revision();
  while (!name.empty() && names.size() < kMostVintages) {
    const auto stored = archive.Get<store::v1::RevisionRecord>(name);
    if (absl::IsNotFound(stored.status())) break;
    JALON_RETURN_IF_ERROR(stored.status());
    names.push_back(name);
    name = stored->record.revision().base_revision();
  }
  std::reverse(names.begin(), names.end());
  return names;
}

absl::StatusOr<std::vector<sim::CompletionFactor>> LearnFactors(Archive& archive,
                                                                const LoadedRevision& newest) {
  JALON_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                         EarlierRevisions(archive, newest.info));
  sim::CompletionLearner learner(newest.value);
  for (const std::string& name : names) {
    JALON_ASSIGN_OR_RETURN(const auto earlier, archive.GetRevision(name));
    learner.Add(earlier->value);
  }
  return learner.Factors();
}

std::vector<std::string> SentencesOf(const std::vector<sim::ProvisionalNote>& notes) {
  std::vector<std::string> sentences;
  for (const sim::ProvisionalNote& note : notes) sentences.push_back(note.Sentence());
  return sentences;
}

}  // namespace

absl::StatusOr<TreatedRevision> TreatProvisional(Archive& archive,
                                                 std::shared_ptr<const LoadedRevision> revision,
                                                 const v1::FitOptions& options) {
  const std::vector<sim::ProvisionalNote> provisional = sim::ProvisionalPeriods(revision->value);
  if (provisional.empty() ||
      options.provisional_periods() != v1::FitOptions::PROVISIONAL_PERIODS_COMPLETE) {
    return TreatedRevision{std::move(revision), SentencesOf(provisional)};
  }
  JALON_ASSIGN_OR_RETURN(const auto factors, LearnFactors(archive, *revision));
  JALON_ASSIGN_OR_RETURN(sim::CompletedRevision completed,
                         sim::CompleteProvisional(revision->value, factors));
  auto treated = std::make_shared<const LoadedRevision>(
      LoadedRevision{revision->info, std::move(completed.revision)});
  return TreatedRevision{std::move(treated), SentencesOf(completed.notes)};
}

}  // namespace jalon::server
