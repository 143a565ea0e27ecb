#include "server/rpc/network_tables.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "server/convert/tables.h"
#include "server/rpc/network_content.h"
#include "server/rpc/paging.h"
#include "server/rpc/request_checks.h"

namespace jalon::server {
namespace {

bool IsOriginal(v1::PerimeterView view) { return view == v1::PERIMETER_VIEW_ORIGINAL; }

// A table is of one perimeter: it has no effect to show.
void CheckPerimeter(v1::PerimeterView view, Checks& checks) {
  if (view == v1::PERIMETER_VIEW_UNSPECIFIED || view == v1::PERIMETER_VIEW_TARGET ||
      IsOriginal(view)) {
    return;
  }
  checks.Add("perimeter",
             view == v1::PERIMETER_VIEW_EFFECT ? "effect" : std::to_string(static_cast<int>(view)),
             "must be target or original", "OUT_OF_RANGE");
}

// Means of the branches below a unit; of one mean unless `mean` is empty.
absl::StatusOr<std::vector<const sim::MeanSeries*>> SelectMeans(
    const sim::Revision& revision, const v1::ListMeansRequest& request) {
  const sim::Network& network = revision.network;
  Checks checks;
  const std::optional<int> top = request.unit().empty() ? 0 : network.FindUnit(request.unit());
  if (!top) checks.Add("unit", request.unit(), "must be a unit of the network", "UNKNOWN_UNIT");
  CheckPerimeter(request.perimeter(), checks);
  if (!checks.ok()) return checks.ToStatus();
  const sim::MeansTable& table =
      IsOriginal(request.perimeter()) ? ImportedMeans(revision) : revision.means;
  std::vector<const sim::MeanSeries*> means;
  for (const sim::MeanSeries& series : table.series) {
    const int unit = *network.FindUnit(series.unit);
    const bool wanted = request.mean().empty() || request.mean() == series.mean;
    if (wanted && *top <= unit && unit < network.unit_end(*top)) means.push_back(&series);
  }
  return means;
}

bool Differs(const sim::Reconciliation& row) {
  return row.verdict == sim::Reconciliation::Verdict::kDiffers ||
         row.verdict == sim::Reconciliation::Verdict::kNoChildren;
}

void CountVerdicts(const std::vector<sim::Reconciliation>& rows, v1::ReconcileResponse& response) {
  int64_t agreeing = 0;
  int64_t differing = 0;
  for (const sim::Reconciliation& row : rows) {
    agreeing += row.verdict == sim::Reconciliation::Verdict::kAgrees ? 1 : 0;
    differing += Differs(row) ? 1 : 0;
  }
  response.set_agreeing_count(agreeing);
  response.set_differing_count(differing);
  response.set_not_additive_count(static_cast<int64_t>(rows.size()) - agreeing - differing);
}

}  // namespace

absl::StatusOr<v1::ListChannelsResponse> ListChannels(Call& call,
                                                      const v1::ListChannelsRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "parent", request.parent()));
  JALON_ASSIGN_OR_RETURN(const Paging paging,
                         Paging::Of(request, revision->info.name(), {500, 1'000}));
  const sim::ChannelTable& table = revision->value.channels;
  const auto total = static_cast<int64_t>(table.shares.size());
  v1::ListChannelsResponse response;
  for (const sim::Channel& channel : table.channels) *response.add_channels() = ToProto(channel);
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    *response.add_shares() = ToProto(table.shares[i]);
  }
  response.set_next_page_token(paging.NextToken(total));
  return response;
}

absl::StatusOr<v1::ListCreditResponse> ListCredit(Call& call,
                                                  const v1::ListCreditRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "parent", request.parent()));
  JALON_ASSIGN_OR_RETURN(const Paging paging,
                         Paging::Of(request, revision->info.name(), {500, 1'000}));
  Checks checks;
  CheckPerimeter(request.perimeter(), checks);
  if (!checks.ok()) return checks.ToStatus();
  const sim::CreditTable& table =
      IsOriginal(request.perimeter()) ? ImportedCredit(revision->value) : revision->value.credit;
  const auto& cells = request.parent_totals() ? table.parent_totals : table.eliminations;
  const auto total = static_cast<int64_t>(cells.size());
  v1::ListCreditResponse response;
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    *response.add_cells() = ToProto(cells[i]);
  }
  response.set_next_page_token(paging.NextToken(total));
  return response;
}

absl::StatusOr<v1::ListMeansResponse> ListMeans(Call& call, const v1::ListMeansRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "parent", request.parent()));
  JALON_ASSIGN_OR_RETURN(const Paging paging,
                         Paging::Of(request, revision->info.name(), {100, 500}));
  JALON_ASSIGN_OR_RETURN(const auto means, SelectMeans(revision->value, request));
  const auto total = static_cast<int64_t>(means.size());
  v1::ListMeansResponse response;
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    *response.add_means() = ToProto(*means[i]);
  }
  response.set_next_page_token(paging.NextToken(total));
  return response;
}

absl::StatusOr<v1::ReconcileResponse> Reconcile(Call& call, const v1::ReconcileRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "revision", request.revision()));
  JALON_ASSIGN_OR_RETURN(const Paging paging,
                         Paging::Of(request, revision->info.name(), {500, 1'000}));
  const sim::Network& network = revision->value.network;
  sim::Window window = revision->value.realisations.window();
  Checks checks;
  if (!request.window().empty()) {
    window = checks.Window("window", request.window(), network.frequency()).value_or(window);
  }
  CheckPerimeter(request.perimeter(), checks);
  if (!checks.ok()) return checks.ToStatus();
  const sim::CreditedSums sums = IsOriginal(request.perimeter())
                                     ? sim::CreditedSums::OfImported(revision->value)
                                     : sim::CreditedSums(revision->value);
  const std::vector<sim::Reconciliation> rows = sim::Reconcile(sums, window);
  const auto total = static_cast<int64_t>(rows.size());
  v1::ReconcileResponse response;
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    *response.add_rows() = ToProto(network, rows[i]);
  }
  response.set_next_page_token(paging.NextToken(total));
  CountVerdicts(rows, response);
  return response;
}

}  // namespace jalon::server
