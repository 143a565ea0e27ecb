// Why derived indicators changed: volumes, the reference rate, margins.
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/convert/indicator_values.h"
#include "server/rpc/network_content.h"
#include "server/rpc/paging.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

constexpr int kMaxDepth = 8;

// A request resolved against its revision.
struct EffectsQuery {
  int indicator = 0;
  int segment = 0;
  std::optional<sim::DerivedChange> change;
  // Canonical, each once.
  std::vector<int> units;
};

void AddWithDepth(const sim::Network& network, int top, int depth, std::vector<bool>& chosen) {
  for (int u = top; u < network.unit_end(top); ++u) {
    if (network.unit_depth(u) - network.unit_depth(top) <= depth) chosen[u] = true;
  }
}

std::vector<int> UnitsOf(const sim::Network& network,
                         const v1::ReadIndicatorEffectsRequest& request, Checks& checks) {
  std::vector<bool> chosen(network.unit_count(), false);
  if (request.units().empty()) AddWithDepth(network, 0, request.depth(), chosen);
  for (int i = 0; i < request.units_size(); ++i) {
    if (const std::optional<int> unit = network.FindUnit(request.units(i))) {
      AddWithDepth(network, *unit, request.depth(), chosen);
    } else {
      checks.Add(absl::StrCat("units[", i, "]"), request.units(i), "must be a unit of the network",
                 "UNKNOWN_UNIT");
    }
  }
  std::vector<int> units;
  for (int u = 0; u < network.unit_count(); ++u) {
    if (chosen[u]) units.push_back(u);
  }
  return units;
}

EffectsQuery ReadQuery(const sim::Revision& revision,
                       const v1::ReadIndicatorEffectsRequest& request, Checks& checks) {
  const sim::Network& network = revision.network;
  const std::optional<int> k = network.FindIndicator(request.indicator());
  if (!k) {
    checks.Add("indicator", request.indicator(), "must be an indicator of the network",
               "UNKNOWN_INDICATOR");
  }
  const std::optional<int> s =
      request.segment().empty() ? 0 : network.FindSegment(request.segment());
  if (!s) {
    checks.Add("segment", request.segment(), "must be a segment of the network", "UNKNOWN_SEGMENT");
  }
  EffectsQuery query{.indicator = k.value_or(0), .segment = s.value_or(0)};
  query.change = ChangeFromProto(revision, request, checks);
  checks.InRange("depth", request.depth(), 0, kMaxDepth);
  query.units = UnitsOf(network, request, checks);
  return query;
}

}  // namespace

absl::StatusOr<v1::ReadIndicatorEffectsResponse> ReadIndicatorEffects(
    Call& call, const v1::ReadIndicatorEffectsRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "revision", request.revision()));
  Checks checks;
  const EffectsQuery query = ReadQuery(revision->value, request, checks);
  if (!checks.ok() || !query.change) return checks.ToStatus();
  JALON_ASSIGN_OR_RETURN(const Paging paging,
                         Paging::Of(request, revision->info.name(), {500, 1'000}));
  v1::ReadIndicatorEffectsResponse response;
  response.set_reference_driver(
      ReferenceOf(revision->value.network, query.indicator, *query.change));
  const sim::CreditedSums sums(revision->value);
  const auto total = static_cast<int64_t>(query.units.size());
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    JALON_ASSIGN_OR_RETURN(
        std::optional<v1::IndicatorEffect> row,
        EffectAt(revision->value.network, sums, {query.indicator, query.units[i], query.segment},
                 *query.change));
    if (row) *response.add_effects() = *std::move(row);
  }
  response.set_next_page_token(paging.NextToken(total));
  return response;
}

}  // namespace jalon::server
