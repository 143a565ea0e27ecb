// What NetworkService reads of a revision's content: units, indicators, segments, drivers and
// realisations.
#ifndef JALON_SERVER_RPC_NETWORK_CONTENT_H_
#define JALON_SERVER_RPC_NETWORK_CONTENT_H_

#include "absl/status/statusor.h"
#include "jalon/v1/network_service.pb.h"
#include "server/rpc/call.h"

namespace jalon::server {

absl::StatusOr<v1::ListUnitsResponse> ListUnits(Call& call, const v1::ListUnitsRequest& request);
absl::StatusOr<v1::ListIndicatorsResponse> ListIndicators(Call& call,
                                                          const v1::ListIndicatorsRequest& request);
absl::StatusOr<v1::ListSegmentsResponse> ListSegments(Call& call,
                                                      const v1::ListSegmentsRequest& request);
absl::StatusOr<v1::ListDriversResponse> ListDrivers(Call& call,
                                                    const v1::ListDriversRequest& request);

// network_series.cc.
absl::StatusOr<v1::ReadSeriesResponse> ReadSeries(Call& call, const v1::ReadSeriesRequest& request);
absl::StatusOr<v1::ReadRealisationsResponse> ReadRealisations(
    Call& call, const v1::ReadRealisationsRequest& request);

// score_reads.cc.
absl::StatusOr<v1::GetScorePolicyResponse> GetScorePolicy(Call& call,
                                                          const v1::GetScorePolicyRequest& request);
absl::StatusOr<v1::ResolveWeightsResponse> ResolveWeights(Call& call,
                                                          const v1::ResolveWeightsRequest& request);
// indicator_effects.cc.
absl::StatusOr<v1::ReadIndicatorEffectsResponse> ReadIndicatorEffects(
    Call& call, const v1::ReadIndicatorEffectsRequest& request);

// The revision a request names, under `field`. Errors: kInvalidArgument, kNotFound.
absl::StatusOr<std::shared_ptr<const LoadedRevision>> FindRevision(Call& call,
                                                                   absl::string_view field,
                                                                   absl::string_view name);
// The revision of `network` a request names, the newest when it names none. Errors:
// kInvalidArgument (BAD_NAME also for a revision of another network), kNotFound.
absl::StatusOr<std::shared_ptr<const LoadedRevision>> FindRevisionOf(Call& call,
                                                                     absl::string_view network,
                                                                     absl::string_view revision);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_NETWORK_CONTENT_H_
