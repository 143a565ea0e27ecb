#include "clients/cli/watch.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "clients/cli/exit_code.h"

namespace jalon::client {
namespace {

ProgressState StateOf(const v1::Progress& progress, const std::string& unit) {
  ProgressState state{.ratio = progress.ratio(), .unit = unit, .detail = progress.phase()};
  if (progress.done() > 0) state.count = progress.done();
  return state;
}

// Finishes a watch: after Ctrl-C cancels the work on the server and reads what is left of it.
template <class Resource, class Cancel>
absl::StatusOr<Resource> Ended(Context& context, const absl::Status& watched,
                               absl::StatusOr<Resource> ended, const Cancel& cancel) {
  if (context.interrupt().raised()) return cancel();
  if (!watched.ok()) return watched;
  return ended;
}

}  // namespace

absl::StatusOr<v1::Run> FollowRun(Context& context, const std::string& run,
                                  OnInterrupt on_interrupt,
                                  const std::function<void(const v1::WatchRunResponse&)>& each) {
  auto client = context.client();
  if (!client.ok()) return client.status();
  if (on_interrupt == OnInterrupt::kCancel) context.interrupt().Listen();
  absl::StatusOr<v1::Run> ended = absl::UnavailableError("the watch ended before the run");
  absl::Status watched;
  {
    Progress line = context.progress();
    v1::WatchRunRequest request;
    request.set_name(run);
    // Numbers are read once, at the end; here one column is enough to follow.
    request.mutable_view()->add_statistics()->set_statistic(v1::STATISTIC_MEAN);
    watched = (*client)->WatchRun(request, context.interrupt().canceller(),
                                  [&](const v1::WatchRunResponse& event) {
                                    if (event.has_progress())
                                      line.Update(StateOf(event.progress(), "paths"), absl::Now());
                                    if (event.has_ended()) ended = event.ended();
                                    if (each) each(event);
                                  });
  }
  return Ended<v1::Run>(context, watched, std::move(ended), [&] {
    v1::CancelRunRequest request;
    request.set_name(run);
    return (*client)->CancelRun(request);
  });
}

absl::StatusOr<v1::Model> FollowModel(Context& context, const std::string& model) {
  auto client = context.client();
  if (!client.ok()) return client.status();
  context.interrupt().Listen();
  absl::StatusOr<v1::Model> ended = absl::UnavailableError("the watch ended before the fit");
  absl::Status watched;
  {
    Progress line = context.progress();
    v1::WatchModelRequest request;
    request.set_name(model);
    watched = (*client)->WatchModel(
        request, context.interrupt().canceller(), [&](const v1::WatchModelResponse& event) {
          if (event.has_progress()) line.Update(StateOf(event.progress(), "series"), absl::Now());
          if (event.has_ended()) ended = event.ended();
        });
  }
  return Ended<v1::Model>(context, watched, std::move(ended), [&] {
    v1::CancelModelRequest request;
    request.set_name(model);
    return (*client)->CancelModel(request);
  });
}

absl::Status StatusOfFit(const v1::Model& model) {
  switch (model.state()) {
    case v1::Model::STATE_SUCCEEDED:
      return absl::OkStatus();
    case v1::Model::STATE_CANCELLED:
      return absl::CancelledError(absl::StrCat("the fit ended early: ", model.error()));
    default:
      return absl::InternalError(absl::StrCat("the fit failed: ", model.error()));
  }
}

int ExitCodeOfRun(Context& context, const v1::Run& run) {
  if (context.interrupt().raised()) {
    context.err() << absl::StrFormat("cancelled on the server after %d paths\n",
                                     run.provenance().path_count());
    return kExitInterrupted;
  }
  if (run.state() == v1::Run::STATE_FAILED) {
    context.err() << "error: the run failed: " << run.error() << "\n";
    return ExitCodeOf(absl::InternalError(""));
  }
  if (run.state() == v1::Run::STATE_CANCELLED) {
    context.err() << "the run ended early, " << run.termination().detail() << "\n";
    return ExitCodeOf(absl::CancelledError());
  }
  if (run.precision().has_target_half_width() && !run.termination().converged()) {
    context.err() << absl::StrFormat(
        "not converged: half-width %.4f, asked %.4f; raise --paths or --time-budget\n",
        run.termination().final_half_width(), run.precision().target_half_width());
    return kExitNotConverged;
  }
  return kExitOk;
}

}  // namespace jalon::client
