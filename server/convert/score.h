// Scores: what a network declares and how a unit's weights resolve, as messages and values.
#ifndef JALON_SERVER_CONVERT_SCORE_H_
#define JALON_SERVER_CONVERT_SCORE_H_

#include "absl/status/statusor.h"
#include "jalon/v1/score.pb.h"
#include "sim/network/network.h"
#include "sim/network/score_policy.h"
#include "sim/score/weights.h"

namespace jalon::server {

// A policy on the wire and on disk, row by row in the order given.
v1::ScorePolicy ToProto(const sim::ScorePolicy& policy);
v1::ScoreWeight ToProto(const sim::ScoreWeight& weight);
v1::QualityFactor ToProto(const sim::QualityFactor& quality);
v1::PayoffRung ToProto(const sim::PayoffRung& rung);
// Inverse, checked against the network (sim::ValidateScorePolicy). Errors: kDataLoss when the
// content is not a policy this program would have written.
absl::StatusOr<sim::ScorePolicy> FromProto(const v1::ScorePolicy& proto,
                                           const sim::Network& network);

// A resolved weight, with the scope of the row it comes from.
v1::UnitWeight ToProto(const sim::UnitWeight& weight, const sim::Network& network,
                       const sim::ScorePolicy& policy);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_SCORE_H_
