#include "server/rpc/network_content.h"

#include <limits>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/convert/network.h"
#include "server/rpc/paging.h"
#include "server/rpc/request_checks.h"

namespace jalon::server {
namespace {

// Indices of the units asked for: a subtree, down to some depth below its top.
absl::StatusOr<std::vector<int>> SelectUnits(const sim::Network& network,
                                             const v1::ListUnitsRequest& request) {
  Checks checks;
  const std::optional<int> top = request.unit().empty() ? 0 : network.FindUnit(request.unit());
  if (!top.has_value()) {
    checks.Add("unit", request.unit(), "must be a unit of the network", "UNKNOWN_UNIT");
  }
  const int depth = request.has_depth() ? request.depth() : std::numeric_limits<int>::max();
  if (depth < 0) checks.Add("depth", absl::StrCat(depth), "must be >= 0", "OUT_OF_RANGE");
  if (!checks.ok()) return checks.ToStatus();
  std::vector<int> units;
  for (int u = *top; u < network.unit_end(*top); ++u) {
    if (network.unit_depth(u) - network.unit_depth(*top) <= depth) units.push_back(u);
  }
  return units;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const LoadedRevision>> FindRevision(Call& call,
                                                                   absl::string_view field,
                                                                   absl::string_view name) {
  Checks checks;
  CheckName(field, name, kRevisionPattern, checks);
  if (!checks.ok()) return checks.ToStatus();
  return call.environment().archive.GetRevision(name);
}

absl::StatusOr<std::shared_ptr<const LoadedRevision>> FindRevisionOf(Call& call,
                                                                     absl::string_view network,
                                                                     absl::string_view revision) {
  if (revision.empty()) {
    return call.environment().archive.GetRevision(absl::StrCat(network, "/revisions/latest"));
  }
  Checks checks;
  if (CheckName("revision", revision, kRevisionPattern, checks) && NetworkOf(revision) != network) {
    checks.Add("revision", std::string(revision), absl::StrCat("must be a revision of ", network),
               "BAD_NAME");
  }
  if (!checks.ok()) return checks.ToStatus();
  return call.environment().archive.GetRevision(revision);
}

absl::StatusOr<v1::ListUnitsResponse> ListUnits(Call& call, const v1::ListUnitsRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "parent", request.parent()));
  JALON_ASSIGN_OR_RETURN(const Paging paging,
                         Paging::Of(request, revision->info.name(), {500, 1'000}));
  const sim::Network& network = revision->value.network;
  JALON_ASSIGN_OR_RETURN(const std::vector<int> units, SelectUnits(network, request));
  const auto total = static_cast<int64_t>(units.size());
  v1::ListUnitsResponse response;
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    *response.add_units() = UnitToProto(network, units[i]);
  }
  for (const sim::Attribute& attribute : network.spec().attributes) {
    *response.add_attributes() = ToProto(attribute);
  }
  response.set_next_page_token(paging.NextToken(total));
  return response;
}

absl::StatusOr<v1::ListIndicatorsResponse> ListIndicators(
    Call& call, const v1::ListIndicatorsRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "parent", request.parent()));
  JALON_ASSIGN_OR_RETURN(const Paging paging,
                         Paging::Of(request, revision->info.name(), {100, 500}));
  const sim::Network& network = revision->value.network;
  v1::ListIndicatorsResponse response;
  for (int64_t k = paging.first(); k < paging.end(network.indicator_count()); ++k) {
    *response.add_indicators() = IndicatorToProto(network, static_cast<int>(k));
  }
  response.set_next_page_token(paging.NextToken(network.indicator_count()));
  return response;
}

absl::StatusOr<v1::ListSegmentsResponse> ListSegments(Call& call,
                                                      const v1::ListSegmentsRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "parent", request.parent()));
  JALON_ASSIGN_OR_RETURN(const Paging paging,
                         Paging::Of(request, revision->info.name(), {500, 1'000}));
  const sim::Network& network = revision->value.network;
  v1::ListSegmentsResponse response;
  for (int64_t s = paging.first(); s < paging.end(network.segment_count()); ++s) {
    *response.add_segments() = SegmentToProto(network, static_cast<int>(s));
  }
  response.set_next_page_token(paging.NextToken(network.segment_count()));
  return response;
}

absl::StatusOr<v1::ListDriversResponse> ListDrivers(Call& call,
                                                    const v1::ListDriversRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "parent", request.parent()));
  JALON_ASSIGN_OR_RETURN(const Paging paging, Paging::Of(request, revision->info.name(), {20, 50}));
  const auto total = static_cast<int64_t>(revision->value.drivers.drivers.size());
  v1::ListDriversResponse response;
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    *response.add_drivers() = DriverToProto(revision->value.drivers, static_cast<int>(i));
  }
  response.set_next_page_token(paging.NextToken(total));
  return response;
}

}  // namespace jalon::server
