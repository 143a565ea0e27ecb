#include "server/run/run_end.h"

#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "server/convert/law_check.h"
#include "server/run/replay_command.h"

namespace jalon::server {
namespace {

std::string Sentence(const SimulationEnd& end, const v1::Run& run) {
  switch (end.reason) {
    case v1::Termination::REASON_PRECISION_REACHED:
      return absl::StrFormat("every probability is known within %.4f", end.widest_half_width);
    case v1::Termination::REASON_PATH_LIMIT:
      return absl::StrFormat("all %d paths asked for", run.provenance().path_count());
    case v1::Termination::REASON_TIME_LIMIT:
      return absl::StrFormat("the time allowed was over after %d paths%s",
                             run.provenance().path_count(),
                             run.baseline().empty() ? ""
                                                    : "; differences are missing unless the "
                                                      "baseline has a checkpoint there");
    case v1::Termination::REASON_CANCELLED:
      if (end.network_deleted) return "cancelled: its network was deleted, and its answer with it";
      return absl::StrFormat("cancelled; the answer of %d paths remains",
                             run.provenance().path_count());
    default:
      return std::string(end.error.message());
  }
}

v1::Run::State StateOf(v1::Termination::Reason reason) {
  if (reason == v1::Termination::REASON_FAILED) return v1::Run::STATE_FAILED;
  if (reason == v1::Termination::REASON_CANCELLED) return v1::Run::STATE_CANCELLED;
  return v1::Run::STATE_SUCCEEDED;
}

void DescribeLawChecks(const std::vector<sim::LawCheck>& checks, v1::Run& run) {
  for (const sim::LawCheck& check : checks) {
    *run.add_law_checks() = ToProto(check);
    if (check.is_wrong) run.add_notices(NoticeOf(check));
  }
}

}  // namespace

void DescribeEnd(const SimulationEnd& end, v1::Run& run) {
  run.set_state(StateOf(end.reason));
  run.set_cpu_seconds(end.cpu_seconds);
  run.mutable_provenance()->set_path_count(end.table == nullptr ? 0 : end.table->path_count);
  v1::Termination& termination = *run.mutable_termination();
  termination.set_reason(end.reason);
  termination.set_final_half_width(end.widest_half_width);
  termination.set_converged(end.reason == v1::Termination::REASON_PRECISION_REACHED);
  termination.set_detail(Sentence(end, run));
  if (end.reason == v1::Termination::REASON_FAILED) {
    run.set_error(std::string(end.error.message()));
  }
  if (end.table != nullptr) DescribeLawChecks(end.table->law_checks, run);
  if (run.provenance().path_count() > 0) AddReplayCommand(run);
}

}  // namespace jalon::server
