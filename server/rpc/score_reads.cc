// What NetworkService reads of scores: the policy as declared, and the weights of one unit.
#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "server/convert/score.h"
#include "server/rpc/network_content.h"
#include "server/rpc/paging.h"
#include "server/rpc/request_checks.h"

namespace jalon::server {
namespace {

// Rows of weights, then of quality, as one list.
int64_t RowCount(const sim::ScorePolicy& policy) {
  return static_cast<int64_t>(policy.weights.size() + policy.quality.size());
}

void AddRow(const sim::ScorePolicy& policy, int64_t row, v1::ScorePolicy& proto) {
  const auto weights = static_cast<int64_t>(policy.weights.size());
  if (row < weights) {
    *proto.add_weights() = ToProto(policy.weights[row]);
  } else {
    *proto.add_quality() = ToProto(policy.quality[row - weights]);
  }
}

// A unit and a window of a revision.
struct Place {
  int unit = 0;
  sim::Window window;
};

absl::StatusOr<Place> PlaceOf(const sim::Network& network,
                              const v1::ResolveWeightsRequest& request) {
  Checks checks;
  const std::optional<int> unit = network.FindUnit(request.unit());
  if (!unit) checks.Add("unit", request.unit(), "must be a unit of the network", "UNKNOWN_UNIT");
  const auto window = checks.Window("window", request.window(), network.frequency());
  JALON_RETURN_IF_ERROR(checks.ToStatus());
  return Place{*unit, *window};
}

// Indicators on which a unit has objectives over a window.
absl::StatusOr<std::set<std::string>> IndicatorsWithObjective(
    Call& call, const v1::ResolveWeightsRequest& request, const Place& place) {
  Checks checks;
  if (CheckName("objective_set", request.objective_set(), kObjectiveSetPattern, checks) &&
      NetworkOf(request.objective_set()) != NetworkOf(request.revision())) {
    checks.Add("objective_set", request.objective_set(), "must be of the revision's network",
               "BAD_NAME");
  }
  JALON_RETURN_IF_ERROR(checks.ToStatus());
  Archive& archive = call.environment().archive;
  JALON_ASSIGN_OR_RETURN(const auto stored,
                         archive.Get<store::v1::ObjectiveSetRecord>(request.objective_set()));
  JALON_ASSIGN_OR_RETURN(const std::vector<sim::Objective> objectives,
                         archive.GetObjectives(stored.record));
  std::set<std::string> indicators;
  for (const sim::Objective& objective : objectives) {
    if (objective.unit == request.unit() && objective.window == place.window) {
      indicators.insert(objective.indicator);
    }
  }
  return indicators;
}

// Weights of indicators without objective go to the others.
void GiveAway(const sim::Network& network, const std::set<std::string>& with_objective,
              std::vector<sim::UnitWeight>& weights) {
  for (sim::UnitWeight& weight : weights) {
    const bool counts = weight.state == sim::WeightState::kCounted;
    if (counts && !with_objective.contains(network.indicator(weight.indicator).id)) {
      weight.state = sim::WeightState::kNoObjective;
    }
  }
  sim::Redistribute(weights);
}

}  // namespace

absl::StatusOr<v1::GetScorePolicyResponse> GetScorePolicy(
    Call& call, const v1::GetScorePolicyRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "revision", request.revision()));
  const sim::ScorePolicy& policy = revision->value.score;
  JALON_ASSIGN_OR_RETURN(const Paging paging,
                         Paging::Of(request, revision->info.name(), {1'000, 2'000}));
  const int64_t total = RowCount(policy);
  v1::GetScorePolicyResponse response;
  for (int64_t row = paging.first(); row < paging.end(total); ++row) {
    AddRow(policy, row, *response.mutable_policy());
  }
  if (paging.first() == 0) {
    for (const sim::PayoffRung& rung : policy.ladder) {
      *response.mutable_policy()->add_ladder() = ToProto(rung);
    }
  }
  response.set_next_page_token(paging.NextToken(total));
  return response;
}

absl::StatusOr<v1::ResolveWeightsResponse> ResolveWeights(
    Call& call, const v1::ResolveWeightsRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "revision", request.revision()));
  const sim::Network& network = revision->value.network;
  const sim::ScorePolicy& policy = revision->value.score;
  JALON_ASSIGN_OR_RETURN(const Place place, PlaceOf(network, request));
  const sim::WeightTable table(network, policy);
  std::vector<sim::UnitWeight> weights = table.Of(place.unit, place.window);
  if (!request.objective_set().empty()) {
    JALON_ASSIGN_OR_RETURN(const std::set<std::string> with_objective,
                           IndicatorsWithObjective(call, request, place));
    GiveAway(network, with_objective, weights);
  }
  v1::ResolveWeightsResponse response;
  for (const sim::UnitWeight& weight : weights) {
    *response.add_weights() = ToProto(weight, network, policy);
  }
  response.set_quality_factor(table.QualityOf(place.unit, place.window));
  for (const sim::PayoffRung& rung : policy.ladder) *response.add_ladder() = ToProto(rung);
  return response;
}

}  // namespace jalon::server
