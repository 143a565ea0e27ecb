#include "server/rpc/cost.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/rpc/request_checks.h"
#include "server/run/live_runs.h"
#include "server/run/run_preparation.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

using Estimate = v1::CostEstimate;

void Decide(Estimate::Decision decision, std::string detail, Estimate& estimate) {
  estimate.set_decision(decision);
  estimate.set_detail(std::move(detail));
}

void DecideNow(const Environment& environment, Estimate& estimate) {
  const int64_t limit = environment.limits.run_bytes;
  const int64_t bytes = estimate.peak_bytes();
  const int64_t reserved = environment.runs.reserved_bytes();
  // Also those that no worker has come to yet: they are before this run.
  const int64_t jobs = environment.jobs.job_count();
  if (bytes > limit) {
    return Decide(Estimate::DECISION_REFUSE,
                  absl::StrCat("run_bytes = ", limit, " bytes, the run needs ", bytes), estimate);
  }
  if (reserved + bytes > limit) {
    return Decide(Estimate::DECISION_REFUSE_NOW,
                  absl::StrCat("run_bytes = ", limit, " bytes, of which runs in progress hold ",
                               reserved, "; the run needs ", bytes),
                  estimate);
  }
  if (jobs >= environment.worker_count) {
    return Decide(Estimate::DECISION_QUEUE,
                  absl::StrCat(jobs, " jobs share ", environment.worker_count, " workers"),
                  estimate);
  }
  Decide(Estimate::DECISION_START, "", estimate);
}

}  // namespace

absl::StatusOr<Estimate> EstimateRunCost(Call& call, const v1::EstimateCostRequest& request) {
  Checks checks("run");
  CheckName("parent", request.run().parent(), kNetworkPattern, checks);
  checks.Required("run", request.run().has_run());
  JALON_RETURN_IF_ERROR(checks.ToStatus());
  const Environment& environment = call.environment();
  absl::StatusOr<PreparedRun> prepared = PrepareRun(call.environment().archive, environment.limits,
                                                    {.network = request.run().parent(),
                                                     .run = request.run().run(),
                                                     .parallelism = environment.worker_count,
                                                     .baselines = &call.environment().baselines});
  Estimate estimate;
  // Too large a result: refused always, by the limit that the message names.
  if (absl::IsResourceExhausted(prepared.status())) {
    Decide(Estimate::DECISION_REFUSE, std::string(prepared.status().message()), estimate);
    return estimate;
  }
  if (!prepared.ok()) return prepared.status();
  estimate.set_cpu_milliseconds(prepared->cpu_seconds * 1e3);
  const double shared_seconds = prepared->cpu_seconds - prepared->serial_seconds;
  estimate.set_wall_milliseconds(
      (prepared->serial_seconds + shared_seconds / environment.worker_count) * 1e3);
  estimate.set_peak_bytes(prepared->peak_bytes);
  estimate.set_row_count(prepared->run.row_count());
  estimate.set_series_count(prepared->input.plan.series_count());
  estimate.set_period_count(prepared->input.plan.period_count());
  DecideNow(environment, estimate);
  return estimate;
}

}  // namespace jalon::server
