#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/latest.h"
#include "clients/cli/paging.h"

namespace jalon::client {
namespace {

// `KIND_NET_FLOW` -> `net flow`.
std::string Words(std::string name, size_t prefix) {
  name = absl::AsciiStrToLower(name.substr(prefix));
  for (char& c : name) c = c == '_' ? ' ' : c;
  return name;
}

// `in a b`, or nothing without flows.
std::string Flows(absl::string_view word,
                  const google::protobuf::RepeatedPtrField<std::string>& flows) {
  return flows.empty() ? "" : absl::StrCat(word, " ", absl::StrJoin(flows, " "));
}

// What an indicator is computed from: `a / b`, an expression, or the flows of a stock.
std::string MadeOf(const v1::Indicator& k) {
  if (!k.numerator().empty()) return absl::StrCat(k.numerator(), " / ", k.denominator());
  if (!k.expression().empty()) return k.expression();
  const std::string in = Flows("in", k.inflows()), out = Flows("out", k.outflows());
  return absl::StrCat(in, in.empty() || out.empty() ? "" : ", ", out);
}

int RunIndicators(Context& context) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto revision = LatestRevision(context);
  if (!revision.ok()) return ReportError(context, revision.status());
  v1::ListIndicatorsRequest request;
  request.set_parent(*revision);
  TableWriter table =
      context.table({{"indicator", "Indicator", "Indicateur"},
                     {"label", "Label", "Libellé"},
                     {"kind", "Kind", "Nature"},
                     {"measure", "Measure", "Unité"},
                     {"direction", "Better", "Sens"},
                     {"aggregation", "Periods", "Périodes"},
                     {"step", "Step", "Pas", CellFormat::kNumber},
                     {"family", "Family", "Famille"},
                     {"provisional_from", "Provisional", "Provisoire", CellFormat::kPeriod},
                     {"made_of", "Made of", "Composition"}});
  const bool french = context.french();
  const absl::Status status = ForEachPage(
      **client, &Client::ListIndicators, request, [&](const v1::ListIndicatorsResponse& page) {
        for (const auto& k : page.indicators()) {
          const bool lower = k.direction() == v1::Indicator::DIRECTION_LOWER_IS_BETTER;
          table.Row({k.id(), french && !k.label_fr().empty() ? k.label_fr() : k.label_en(),
                     Words(v1::Indicator::Kind_Name(k.kind()), 5),
                     Words(v1::Indicator::Measure_Name(k.measure()), 8), lower ? "lower" : "higher",
                     Words(v1::Indicator::TimeAggregation_Name(k.time_aggregation()), 17),
                     k.rounding_step(), k.family(), k.provisional_from(), MadeOf(k)});
        }
      });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  context.Next("jalon series --indicator ID --depth 1", "the history of one");
  return kExitOk;
}

}  // namespace

void AddIndicators(const Command& app, Invocation& invocation) {
  const Command command = app.Add("indicators", "The indicators and what is declared of each");
  command.Examples(
      "Examples:\n"
      "  jalon indicators --network demo --locale fr\n"
      "  jalon indicators effects --indicator nbi --window 2025 --against 2024");
  AddIndicatorEffects(command, invocation);
  // Also called, last, when a command below this one is: it has been chosen then.
  command.OnChosen([&invocation] {
    if (!invocation.run) invocation.run = RunIndicators;
  });
}

}  // namespace jalon::client
