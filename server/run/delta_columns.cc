#include "server/run/delta_columns.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "sim/base/missing.h"

namespace jalon::server {
namespace {

constexpr v1::Statistic kOfChance[] = {
    v1::STATISTIC_DELTA_ATTAINMENT_PROBABILITY, v1::STATISTIC_DELTA_ATTAINMENT_LOW,
    v1::STATISTIC_DELTA_ATTAINMENT_HIGH, v1::STATISTIC_DELTA_ATTAINMENT_KNOWLEDGE_LOW,
    v1::STATISTIC_DELTA_ATTAINMENT_KNOWLEDGE_HIGH};
constexpr v1::Statistic kOfMean[] = {v1::STATISTIC_DELTA_MEAN, v1::STATISTIC_DELTA_MEAN_LOW,
                                     v1::STATISTIC_DELTA_MEAN_HIGH};

template <size_t kCount>
void AddEach(const v1::Statistic (&statistics)[kCount], RunRows& rows) {
  for (const v1::Statistic statistic : statistics) {
    rows.specs.emplace_back().set_statistic(statistic);
  }
}

// Of the objective, a row's first threshold.
double OfChance(const sim::TargetDelta& delta, double sim::Delta::*part) {
  return delta.probability.empty() ? sim::kMissing : delta.probability[0].*part;
}

// Nullopt for a statistic that is no difference.
std::optional<double> CellOf(v1::Statistic statistic, const sim::TargetDelta& delta) {
  switch (statistic) {
    case v1::STATISTIC_DELTA_ATTAINMENT_PROBABILITY:
      return OfChance(delta, &sim::Delta::value);
    case v1::STATISTIC_DELTA_ATTAINMENT_LOW:
      return OfChance(delta, &sim::Delta::low);
    case v1::STATISTIC_DELTA_ATTAINMENT_HIGH:
      return OfChance(delta, &sim::Delta::high);
    case v1::STATISTIC_DELTA_ATTAINMENT_KNOWLEDGE_LOW:
      return delta.knowledge_low;
    case v1::STATISTIC_DELTA_ATTAINMENT_KNOWLEDGE_HIGH:
      return delta.knowledge_high;
    case v1::STATISTIC_DELTA_MEAN:
      return delta.mean.value;
    case v1::STATISTIC_DELTA_MEAN_LOW:
      return delta.mean.low;
    case v1::STATISTIC_DELTA_MEAN_HIGH:
      return delta.mean.high;
    default:
      return std::nullopt;
  }
}

}  // namespace

void AddDeltaColumns(RunRows& rows) {
  if (rows.has_objectives) AddEach(kOfChance, rows);
  AddEach(kOfMean, rows);
}

void FillDeltaColumns(const sim::PairedDeltas& deltas, ResultTable& table) {
  for (size_t c = 0; c < table.specs.size(); ++c) {
    std::vector<double>& column = table.columns[c];
    for (size_t row = 0; row < deltas.targets.size(); ++row) {
      const auto cell = CellOf(table.specs[c].statistic(), deltas.targets[row]);
      if (!cell.has_value()) break;
      column[row] = *cell;
    }
  }
}

std::vector<std::string> DeltaNoticesOf(const sim::TargetIdentities& baseline,
                                        const sim::TargetIdentities& run) {
  const std::vector<int> counterparts = sim::CounterpartsOf(baseline, run);
  const auto alone = std::count(counterparts.begin(), counterparts.end(), -1);
  const auto paired = static_cast<int64_t>(counterparts.size()) - alone;
  const int64_t left = static_cast<int64_t>(baseline.targets.size()) - paired;
  std::vector<std::string> notices;
  if (alone > 0) {
    notices.push_back(absl::StrCat(alone, " of ", counterparts.size(),
                                   " rows are not in the baseline: they have no difference"));
  }
  if (left > 0) notices.push_back(absl::StrCat(left, " rows of the baseline are not in this run"));
  return notices;
}

}  // namespace jalon::server
