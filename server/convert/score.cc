#include "server/convert/score.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

std::string TextOf(const std::optional<sim::Window>& window) {
  return window ? window->ToString() : "";
}

template <typename Message>
void SetScope(const sim::ScoreScope& scope, const std::optional<sim::Window>& window,
              Message& proto) {
  proto.set_unit(scope.unit);
  proto.set_unit_kind(scope.unit_kind);
  proto.set_window(TextOf(window));
}

absl::StatusOr<std::optional<sim::Window>> WindowOf(const std::string& text,
                                                    sim::Frequency frequency) {
  if (text.empty()) return std::optional<sim::Window>();
  JALON_ASSIGN_OR_RETURN(const sim::Window window, sim::ParseWindow(text, frequency));
  return std::optional<sim::Window>(window);
}

absl::StatusOr<sim::ScoreWeight> WeightOf(const v1::ScoreWeight& proto, sim::Frequency frequency) {
  sim::ScoreWeight weight{.scope = {.unit = proto.unit(), .unit_kind = proto.unit_kind()},
                          .indicator = proto.indicator(),
                          .weight = proto.weight(),
                          .complete = proto.complete()};
  JALON_ASSIGN_OR_RETURN(weight.window, WindowOf(proto.window(), frequency));
  if (proto.has_floor()) weight.floor = proto.floor();
  if (proto.has_cap()) weight.cap = proto.cap();
  return weight;
}

absl::StatusOr<sim::QualityFactor> QualityOf(const v1::QualityFactor& proto,
                                             sim::Frequency frequency) {
  sim::QualityFactor quality{.scope = {.unit = proto.unit(), .unit_kind = proto.unit_kind()},
                             .factor = proto.factor()};
  JALON_ASSIGN_OR_RETURN(quality.window, WindowOf(proto.window(), frequency));
  return quality;
}

absl::StatusOr<sim::PayoffRung> RungOf(const v1::PayoffRung& proto) {
  switch (proto.shape()) {
    case v1::PayoffRung::SHAPE_STEP:
      return sim::PayoffRung{proto.threshold(), proto.payoff(), sim::RungShape::kStep};
    case v1::PayoffRung::SHAPE_LINEAR:
      return sim::PayoffRung{proto.threshold(), proto.payoff(), sim::RungShape::kLinear};
    default:
      return absl::InvalidArgumentError("a rung of the ladder has no shape");
  }
}

absl::StatusOr<sim::ScorePolicy> ReadPolicy(const v1::ScorePolicy& proto,
                                            const sim::Network& network) {
  sim::ScorePolicy policy;
  for (const v1::ScoreWeight& weight : proto.weights()) {
    JALON_ASSIGN_OR_RETURN(policy.weights.emplace_back(), WeightOf(weight, network.frequency()));
  }
  for (const v1::QualityFactor& quality : proto.quality()) {
    JALON_ASSIGN_OR_RETURN(policy.quality.emplace_back(), QualityOf(quality, network.frequency()));
  }
  for (const v1::PayoffRung& rung : proto.ladder()) {
    JALON_ASSIGN_OR_RETURN(policy.ladder.emplace_back(), RungOf(rung));
  }
  JALON_RETURN_IF_ERROR(sim::ValidateScorePolicy(network, policy).ToStatus());
  return policy;
}

v1::UnitWeight::State StateToProto(sim::WeightState state) {
  switch (state) {
    case sim::WeightState::kCounted:
      return v1::UnitWeight::STATE_COUNTED;
    case sim::WeightState::kNotApplicable:
      return v1::UnitWeight::STATE_NOT_APPLICABLE;
    case sim::WeightState::kNoObjective:
      return v1::UnitWeight::STATE_NO_OBJECTIVE;
    case sim::WeightState::kNoRatio:
      return v1::UnitWeight::STATE_NO_RATIO;
  }
  return v1::UnitWeight::STATE_UNSPECIFIED;
}

}  // namespace

v1::ScoreWeight ToProto(const sim::ScoreWeight& weight) {
  v1::ScoreWeight proto;
  SetScope(weight.scope, weight.window, proto);
  proto.set_indicator(weight.indicator);
  proto.set_weight(weight.weight);
  if (weight.floor) proto.set_floor(*weight.floor);
  if (weight.cap) proto.set_cap(*weight.cap);
  proto.set_complete(weight.complete);
  return proto;
}

v1::QualityFactor ToProto(const sim::QualityFactor& quality) {
  v1::QualityFactor proto;
  SetScope(quality.scope, quality.window, proto);
  proto.set_factor(quality.factor);
  return proto;
}

v1::PayoffRung ToProto(const sim::PayoffRung& rung) {
  v1::PayoffRung proto;
  proto.set_threshold(rung.threshold);
  proto.set_payoff(rung.payoff);
  proto.set_shape(rung.shape == sim::RungShape::kLinear ? v1::PayoffRung::SHAPE_LINEAR
                                                        : v1::PayoffRung::SHAPE_STEP);
  return proto;
}

v1::ScorePolicy ToProto(const sim::ScorePolicy& policy) {
  v1::ScorePolicy proto;
  for (const sim::ScoreWeight& weight : policy.weights) *proto.add_weights() = ToProto(weight);
  for (const sim::QualityFactor& quality : policy.quality) *proto.add_quality() = ToProto(quality);
  for (const sim::PayoffRung& rung : policy.ladder) *proto.add_ladder() = ToProto(rung);
  return proto;
}

absl::StatusOr<sim::ScorePolicy> FromProto(const v1::ScorePolicy& proto,
                                           const sim::Network& network) {
  absl::StatusOr<sim::ScorePolicy> policy = ReadPolicy(proto, network);
  if (policy.ok()) return policy;
  return absl::DataLossError(
      absl::StrCat("a stored score policy cannot be read back: ", policy.status().message()));
}

v1::UnitWeight ToProto(const sim::UnitWeight& weight, const sim::Network& network,
                       const sim::ScorePolicy& policy) {
  v1::UnitWeight proto;
  proto.set_indicator(network.indicator(weight.indicator).id);
  proto.set_declared_weight(weight.declared);
  proto.set_weight(weight.weight);
  proto.set_state(StateToProto(weight.state));
  if (weight.floor) proto.set_floor(*weight.floor);
  if (weight.cap) proto.set_cap(*weight.cap);
  const sim::ScoreScope& scope = policy.weights[weight.row].scope;
  proto.set_from_unit(scope.unit);
  proto.set_from_unit_kind(scope.unit_kind);
  return proto;
}

}  // namespace jalon::server
