#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/latest.h"
#include "clients/cli/model_report.h"
#include "clients/cli/watch.h"

namespace jalon::client {
namespace {

struct FitArguments {
  std::string id, as_of, label, revision, provisional;
  std::optional<double> damping, half_life;
  std::optional<int> ended_after;
};

absl::StatusOr<v1::CreateModelRequest> RequestOf(Context& context, const FitArguments& arguments) {
  v1::CreateModelRequest request;
  auto parent = context.network();
  if (!parent.ok()) return parent.status();
  request.set_parent(*parent);
  request.set_model_id(arguments.id);
  request.set_request_id(NewRequestId());
  v1::Model& model = *request.mutable_model();
  model.set_display_name(arguments.label);
  model.set_as_of(arguments.as_of);
  auto revision = arguments.revision.empty() ? LatestRevision(context)
                                             : context.FullName("revisions", arguments.revision);
  if (!revision.ok()) return revision.status();
  model.set_revision(*revision);
  v1::FitOptions& options = *model.mutable_fit_options();
  if (arguments.damping.has_value()) options.set_trend_damping(*arguments.damping);
  if (arguments.half_life.has_value()) {
    options.set_level_half_life_periods(*arguments.half_life);
  }
  if (arguments.provisional == "leave-out") {
    options.set_provisional_periods(v1::FitOptions::PROVISIONAL_PERIODS_LEAVE_OUT);
  } else if (arguments.provisional == "complete") {
    options.set_provisional_periods(v1::FitOptions::PROVISIONAL_PERIODS_COMPLETE);
  } else if (!arguments.provisional.empty()) {
    return absl::InvalidArgumentError("--provisional is leave-out or complete");
  }
  if (arguments.ended_after.has_value()) options.set_ended_after_missing(*arguments.ended_after);
  return request;
}

int RunFit(Context& context, const FitArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto request = RequestOf(context, arguments);
  if (!request.ok()) return ReportError(context, request.status());
  auto created = (*client)->CreateModel(*request);
  if (!created.ok()) return ReportError(context, created.status());
  auto model = FollowModel(context, created->name());
  if (!model.ok()) return ReportError(context, model.status());
  if (context.interrupt().raised()) {
    context.err() << "cancelled on the server\n";
    return kExitInterrupted;
  }
  const absl::Status ended = StatusOfFit(*model);
  if (!ended.ok()) return ReportError(context, ended);
  WriteModel(context, *model);
  context.Next(absl::StrCat("jalon simulate --network ", ShortId(request->parent()),
                            "   or   jalon forecast --horizon 12"),
               "simulate with this model");
  return kExitOk;
}

}  // namespace

void AddFit(const Command& app, Invocation& invocation) {
  const Command command = app.Add("fit", "Fit a model to the history, and say what it found");
  auto a = std::make_shared<FitArguments>();  // lives as long as the parsed command
  command.Option("--as-of", a->as_of, "Last realised period used; later ones are not looked at");
  command.Option("--id", a->id, "Id of the model; default: made by the server");
  command.Option("--label", a->label, "Label for people");
  command.Option("--revision", a->revision, "Revision to fit; default: the newest");
  command.Option("--trend-damping", a->damping, "In (0, 1]");
  command.Option("--level-half-life", a->half_life, "Periods after which weight halves");
  command.Option("--ended-after", a->ended_after,
                 "Missing last periods after which a series has ended");
  command.Option("--provisional", a->provisional,
                 "Periods that are not final: leave-out (default), or complete by what earlier "
                 "figures became");
  command.Examples(
      "Examples:\n  jalon fit --network demo\n  jalon fit --provisional complete\n  jalon fit "
      "--as-of 1996-12 --id before-1997");
  command.OnChosen(
      [&invocation, a] { invocation.run = [a](Context& context) { return RunFit(context, *a); }; });
}

}  // namespace jalon::client
