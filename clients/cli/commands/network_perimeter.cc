#include <memory>
#include <optional>
#include <string>

#include "absl/strings/strip.h"
#include "clients/cli/command.h"
#include "clients/cli/commands/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/latest.h"
#include "clients/cli/paging.h"
#include "clients/cli/state_text.h"

namespace jalon::client {
namespace {

struct PerimeterArguments {
  std::string unit;
};

// `segment -> segment` of a cell of a matrix, the segment of a transfer, else empty.
std::string SegmentText(const v1::PerimeterChange& change) {
  return change.receiver_segment().empty() ? change.segment()
                                           : change.segment() + " -> " + change.receiver_segment();
}

Cell NumberCell(bool present, double value) {
  return OptionalCell(present ? std::optional<double>(value) : std::nullopt);
}

// `KIND_MERGER` -> `merger`.
std::string KindText(v1::PerimeterChange::Kind kind) {
  return StateText(absl::StripPrefix(v1::PerimeterChange::Kind_Name(kind), "KIND_"));
}

void WriteChange(TableWriter& table, const v1::PerimeterChange& change) {
  using Kind = v1::PerimeterChange;
  const bool shares = change.kind() != Kind::KIND_OPENING &&
                      change.kind() != Kind::KIND_REDEFINITION && change.share() > 0 &&
                      (change.kind() != Kind::KIND_CLOSURE || !change.receiver().empty());
  table.Row({change.date(), KindText(change.kind()), change.unit(), change.receiver(),
             SegmentText(change), NumberCell(shares, change.share()),
             NumberCell(change.has_means_share(), change.means_share()), change.indicator(),
             change.unit_kind(),
             change.is_break() ? Cell(std::string("break"))
                               : NumberCell(change.has_bridge(), change.bridge()),
             change.in_target() ? "yes" : "no", change.source()});
}

int ListPerimeter(Context& context, const PerimeterArguments& arguments) {
  auto client = context.client();
  if (!client.ok()) return ReportError(context, client.status());
  auto revision = LatestRevision(context);
  if (!revision.ok()) return ReportError(context, revision.status());
  v1::ListPerimeterChangesRequest request;
  request.set_parent(*revision);
  request.set_unit(arguments.unit);
  TableWriter table = context.table({{"date", "From", "Depuis", CellFormat::kPeriod},
                                     {"type", "Change", "Changement"},
                                     {"unit", "Unit", "Entité"},
                                     {"receiver", "Receiver", "Repreneur"},
                                     {"segment", "Segment", "Segment"},
                                     {"share", "Share", "Part", CellFormat::kNumber},
                                     {"means_share", "Of means", "Des moyens", CellFormat::kNumber},
                                     {"indicator", "Indicator", "Indicateur"},
                                     {"unit_kind", "Kind", "Type"},
                                     {"bridge", "Bridge", "Passage", CellFormat::kNumber},
                                     {"in_target", "In target", "Dans la cible"},
                                     {"source", "Source", "Source"}});
  std::string target;
  const absl::Status status = ForEachPage(**client, &Client::ListPerimeterChanges, request,
                                          [&](const v1::ListPerimeterChangesResponse& page) {
                                            for (const v1::PerimeterChange& change : page.changes())
                                              WriteChange(table, change);
                                            target = page.target_date();
                                          });
  if (!status.ok()) return ReportError(context, status);
  table.Finish();
  context.beside() << "target perimeter: the network as of " << target << "\n";
  context.Next("jalon series --perimeter effect --depth 2", "what restating did to each branch");
  return kExitOk;
}

}  // namespace

void AddNetworkPerimeter(const Command& network, Invocation& invocation) {
  const Command command =
      network.Add("perimeter", "Openings, closures, mergers, transfers, segments cut anew");
  auto arguments = std::make_shared<PerimeterArguments>();  // lives as long as the parsed command
  command.Option("--unit", arguments->unit, "Only changes of this branch, on either side");
  command.Examples("Example:\n  jalon network perimeter --unit lille-gares");
  command.OnChosen([&invocation, arguments] {
    invocation.run = [arguments](Context& context) { return ListPerimeter(context, *arguments); };
  });
}

}  // namespace jalon::client
