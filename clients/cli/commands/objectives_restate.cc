#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/latest.h"

namespace jalon::client {
namespace {

struct RestateArguments {
  std::string set, id, label, author, reason;
  bool dry_run = false;
};

std::string SourceText(v1::PhasingUse::Source source) {
  switch (source) {
    case v1::PhasingUse::SOURCE_OWN:
      return "the set's own phasing";
    case v1::PhasingUse::SOURCE_IMPORTED:
      return "imported shares";
    case v1::PhasingUse::SOURCE_SEASON:
      return "the season of past years";
    case v1::PhasingUse::SOURCE_OPENING_DAYS:
      return "opening days";
    default:
      return "equal months";
  }
}

// What cut the years of objectives; empty when none was cut.
std::string CutText(const v1::ObjectiveSet& set) {
  std::string text;
  for (const v1::PhasingUse& use : set.phasing_uses()) {
    absl::StrAppend(&text, text.empty() ? "; years cut by " : ", ", SourceText(use.source()), ": ",
                    use.objective_count());
  }
  return text;
}

int RestateSet(Context& context, const RestateArguments& a) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto parent = context.network();
  if (!parent.ok()) return ReportError(context, parent.status());
  auto source = ObjectiveSetOrLatest(context, a.set);
  if (!source.ok()) return ReportError(context, source.status());
  v1::CreateObjectiveSetRequest request;
  request.set_parent(*parent);
  request.set_objective_set_id(a.id);
  request.set_validate_only(a.dry_run);
  request.set_request_id(NewRequestId());
  request.mutable_objective_set()->set_display_name(a.label);
  request.mutable_objective_set()->set_author(a.author);
  request.mutable_objective_set()->set_reason(a.reason);
  request.mutable_perimeter_restatement()->set_objective_set(*source);
  auto set = (*client)->CreateObjectiveSet(request);
  if (!set.ok()) return ReportError(context, set.status());
  context.Done(set->name(),
               absl::StrCat(a.dry_run ? "valid: " : "", set->objective_count(), " objectives, ",
                            set->handed_over_count(),
                            " of them changed, made or gone by changes of the perimeter; of ",
                            set->unassigned_count(), " a part found no receiver", CutText(*set)));
  if (a.dry_run) {
    context.Next("the same without --dry-run", "store them");
  } else {
    context.Next(absl::StrCat("jalon objectives show ", ShortId(set->name())),
                 "every objective with the reason it moved");
  }
  return kExitOk;
}

}  // namespace

void AddObjectivesRestate(const Command& objectives, Invocation& invocation) {
  const Command command = objectives.Add(
      "restate", "Hand objectives of branches that close or merge to those who take over");
  auto a = std::make_shared<RestateArguments>();  // lives as long as the parsed command
  command.Option("set", a->set, "Set to start from; default: the newest");
  command.Option("--id", a->id, "Id of the new draft");
  command.Option("--label", a->label, "Label for people");
  command.Option("--author", a->author, "Who makes it");
  command.Option("--reason", a->reason, "Why");
  command.Flag("--dry-run", a->dry_run, "Check everything, store nothing");
  command.Examples("Example:\n  jalon objectives restate plan-2027 --id plan-2027-perimeter");
  command.OnChosen([&invocation, a] {
    invocation.run = [a](Context& context) { return RestateSet(context, *a); };
  });
}

}  // namespace jalon::client
