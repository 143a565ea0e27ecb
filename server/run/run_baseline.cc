#include "server/run/run_baseline.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/cache/baseline_cache.h"
#include "server/run/delta_columns.h"
#include "server/run/run_cost.h"
#include "sim/base/status_macros.h"
#include "sim/base/violation.h"
#include "sim/engine/conditional/baseline.h"

namespace jalon::server {
namespace {

// How a baseline that is not held is computed again: its own question, to the paths it had. Scores
// are left out: they change nothing of the rest.
absl::StatusOr<PreparedRun> PrepareAgain(const CheckedQuestion& asked) {
  const v1::Run& baseline = *asked.baseline;
  JALON_ASSIGN_OR_RETURN(PreparedRun prepared,
                         PrepareRun(asked.archive, asked.limits,
                                    {.network = asked.question.network,
                                     .run = baseline,
                                     .parallelism = asked.question.parallelism}));
  if (prepared.run.provenance().spec_hash() != baseline.provenance().spec_hash()) {
    return absl::FailedPreconditionError(
        absl::StrCat(baseline.name(), " cannot be computed again as it was: run it again"));
  }
  prepared.input.precision = {.confidence_level = prepared.input.precision.confidence_level,
                              .max_path_count = baseline.provenance().path_count()};
  prepared.input.plan.scores = {};
  prepared.input.keep_baseline = true;
  return prepared;
}

// Bytes of the averages of one checkpoint.
double ScrambleBytes(const sim::TargetIdentities& identities) {
  return sim::kScrambleCount * sizeof(double) *
         static_cast<double>(identities.targets.size() + identities.thresholds.size());
}

}  // namespace

absl::Status CheckOneRegime(const CheckedQuestion& asked, const v1::Run& run) {
  if (!asked.baseline.has_value() || run.provenance().regimes_size() == 0) return absl::OkStatus();
  sim::Violations violations;
  violations.Add({.field = "scenario",
                  .value = run.scenario(),
                  .rule = "must not be a mixture where the run has a baseline",
                  .reason = "BAD_BASELINE"});
  return violations.ToStatus();
}

void ConsiderKeeping(const RunQuestion& question, PreparedRun& prepared) {
  SimulationInput& input = prepared.input;
  if (question.baselines == nullptr || input.estimator == v1::ESTIMATOR_SAMPLED) return;
  if (input.plan.regime_count() > 1) return;
  const double bytes = sim::PredictBaselineBytes(input.plan, input.precision.max_path_count,
                                                 QuantileCount(input.rows));
  if (!question.baselines->Fits(bytes)) return;
  input.keep_baseline = true;
  prepared.peak_bytes += static_cast<int64_t>(bytes);
}

absl::Status AddBaseline(const CheckedQuestion& asked, PreparedRun& prepared) {
  const v1::Provenance& source = asked.baseline->provenance();
  SimulationBaseline made{.key = BaselineCache::Key(source.spec_hash(), source.path_count())};
  prepared.peak_bytes += static_cast<int64_t>(ScrambleBytes(prepared.input.identities));
  if (asked.question.baselines != nullptr) made.block = asked.question.baselines->Get(made.key);
  if (made.block != nullptr) {
    // Shared with the cache, which may let go of it.
    prepared.peak_bytes += made.block->bytes();
  } else {
    JALON_ASSIGN_OR_RETURN(PreparedRun again, PrepareAgain(asked));
    const auto block = static_cast<int64_t>(sim::PredictBaselineBytes(
        again.input.plan, again.input.precision.max_path_count, QuantileCount(again.input.rows)));
    prepared.peak_bytes = std::max(prepared.peak_bytes, again.peak_bytes) + block;
    prepared.cpu_seconds += again.cpu_seconds;
    prepared.serial_seconds += again.serial_seconds;
    made.again = std::make_shared<const SimulationInput>(std::move(again.input));
  }
  const sim::TargetIdentities& theirs =
      made.block != nullptr ? made.block->identities : made.again->identities;
  for (const std::string& notice : DeltaNoticesOf(theirs, prepared.input.identities)) {
    prepared.run.add_notices(notice);
  }
  prepared.input.baseline = std::move(made);
  return absl::OkStatus();
}

}  // namespace jalon::server
