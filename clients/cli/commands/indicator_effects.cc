#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/latest.h"
#include "clients/cli/paging.h"

namespace jalon::client {
namespace {

struct EffectsArguments {
  std::string indicator, window, against, segment, reference;
  std::vector<std::string> units;
  int depth = 0;
};

v1::ReadIndicatorEffectsRequest RequestOf(const std::string& revision,
                                          const EffectsArguments& arguments) {
  v1::ReadIndicatorEffectsRequest request;
  request.set_revision(revision);
  request.set_indicator(arguments.indicator);
  request.set_window(arguments.window);
  request.set_against(arguments.against);
  request.mutable_units()->Assign(arguments.units.begin(), arguments.units.end());
  request.set_depth(arguments.depth);
  request.set_segment(arguments.segment);
  request.set_reference_driver(arguments.reference);
  return request;
}

int RunEffects(Context& context, const EffectsArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto revision = LatestRevision(context);
  if (!revision.ok()) return ReportError(context, revision.status());
  TableWriter table =
      context.table({{"unit", "Unit", "Entité"},
                     {"value", "Value", "Valeur", CellFormat::kNumber},
                     {"against", "Against", "Contre", CellFormat::kNumber},
                     {"change", "Change", "Variation", CellFormat::kNumber},
                     {"volume", "Volume", "Volume", CellFormat::kNumber},
                     {"reference_rate", "Reference rate", "Taux de référence", CellFormat::kNumber},
                     {"margin", "Margin", "Marge", CellFormat::kNumber}});
  std::string reference;
  const absl::Status status =
      ForEachPage(**client, &Client::ReadIndicatorEffects, RequestOf(*revision, arguments),
                  [&](const v1::ReadIndicatorEffectsResponse& page) {
                    reference = page.reference_driver();
                    for (const auto& row : page.effects()) {
                      table.Row({row.unit(), row.value(), row.against_value(),
                                 row.value() - row.against_value(), row.volume_effect(),
                                 row.reference_rate_effect(), row.margin_effect()});
                    }
                  });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  if (context.is_screen()) {
    context.out() << "volume + reference rate + margin = change; reference rate: "
                  << (reference.empty() ? "none" : reference) << "\n";
  }
  context.Next(absl::StrCat("jalon indicators effects --indicator ", arguments.indicator,
                            " --window ", arguments.window, " --against ", arguments.against,
                            " --depth ", arguments.depth + 1),
               "one level further down");
  return kExitOk;
}

}  // namespace

void AddIndicatorEffects(const Command& indicators, Invocation& invocation) {
  const Command command = indicators.Add(
      "effects", "Why a derived indicator changed: volumes, reference rate, margins");
  auto arguments = std::make_shared<EffectsArguments>();  // lives as long as the parsed command
  command.Option("--indicator", arguments->indicator, "A derived indicator", {.required = true});
  command.Option("--window", arguments->window, "2026, 2026-03 or 2026-01..2026-06",
                 {.required = true});
  command.Option("--against", arguments->against, "A window of as many periods",
                 {.required = true});
  command.Option("--unit", arguments->units, "Units; default: the whole network");
  command.Option("--depth", arguments->depth, "Levels below each unit to show too",
                 {.range = {{0, 8}}});
  command.Option("--segment", arguments->segment, "A segment; default: all together");
  command.Option("--reference", arguments->reference,
                 "The reference rate; default: the first driver of the expression");
  command.Examples(
      "Example:\n"
      "  jalon indicators effects --network demo --indicator nbi --window 2026-01..2026-10 "
      "--against 2025-01..2025-10");
  command.OnChosen([&invocation, arguments] {
    invocation.run = [arguments](Context& context) { return RunEffects(context, *arguments); };
  });
}

}  // namespace jalon::client
