// A quantity and its objective with their signs changed, and the direction turned round, are the
// same question: every answer must be the same.
#include <cstdint>
#include <optional>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "sim/engine/sampled.h"
#include "sim/objective/objective.h"
#include "tests/properties/fixed_seed.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

Direction Turned(Direction direction) {
  return direction == Direction::kHigherIsBetter ? Direction::kLowerIsBetter
                                                 : Direction::kHigherIsBetter;
}

// A balance in steps of 1, 0.5, 0.1 or 100, either direction.
Indicator RandomBalance() {
  return {.id = "balance",
          .measure = Measure::kMoney,
          .kind = IndicatorKind::kNetFlow,
          .direction = *rc::gen::element(Direction::kHigherIsBetter, Direction::kLowerIsBetter),
          .basis = AttainmentBasis::kScaled,
          .attainment_scale = *rc::gen::element(0.5, 1.0, 250.0),
          .rounding_step = *rc::gen::element(1.0, 0.5, 0.1, 100.0)};
}

Indicator Mirrored(Indicator indicator) {
  indicator.direction = Turned(indicator.direction);
  return indicator;
}

// A value with three decimals, of either sign.
double RandomValue() { return *rc::gen::inRange(-1'000'000, 1'000'001) / 1000.0; }

RC_GTEST_PROP(MirrorProperty, AttainsTheSame, ()) {
  const Indicator indicator = RandomBalance();
  const double o = RandomValue();
  const double y = *rc::gen::element(o, RandomValue());
  RC_ASSERT(Attains(indicator, y, o) == Attains(Mirrored(indicator), -y, -o));
}

RC_GTEST_PROP(MirrorProperty, HasTheSameRatio, ()) {
  const Indicator indicator = RandomBalance();
  const double y = RandomValue();
  const double o = RandomValue();
  RC_ASSERT(AttainmentRatio(indicator, y, o) == AttainmentRatio(Mirrored(indicator), -y, -o));
}

RC_GTEST_PROP(MirrorProperty, HasMirroredThresholds, ()) {
  const Indicator indicator = RandomBalance();
  const double o = RandomValue();
  const double ratio = *rc::gen::inRange(0, 200) / 100.0;
  const std::optional<double> here = RealisationAtRatio(indicator, o, ratio);
  const std::optional<double> there = RealisationAtRatio(Mirrored(indicator), -o, ratio);
  RC_ASSERT(here.has_value() && there.has_value());
  RC_ASSERT(*here == -*there);
}

RC_GTEST_PROP(MirrorProperty, HasMirroredTicks, ()) {
  const Indicator indicator = RandomBalance();
  const double value = RandomValue();
  const int64_t ticks = TicksAtLeast(indicator, value);
  RC_ASSERT(TicksAtLeast(Mirrored(indicator), -value) == -ticks);
  RC_ASSERT(ObjectiveValue(indicator, -ticks) == -ObjectiveValue(indicator, ticks));
}

RC_GTEST_PROP(MirrorProperty, AttainsExactlyWhenTheRatioReachesOne, ()) {
  const Indicator indicator = RandomBalance();
  const double o = *rc::gen::inRange(-1000, 1001);
  const double y = *rc::gen::inRange(-1000, 1001);
  RC_ASSERT(Attains(indicator, y, o) == (*AttainmentRatio(indicator, y, o) >= 1.0));
}

// One block of paths of whole values, so that ties happen.
BlockOutcome RandomBlock() {
  BlockOutcome outcome;
  for (int lane = 0; lane < kPathsPerBlock; ++lane) {
    outcome.values.push_back(*rc::gen::inRange(-5, 6));
  }
  return outcome;
}

TargetEstimate EstimateOf(const Target& target, const BlockOutcome& outcome) {
  TinyBank bank = MakeTinyBank({.kinds = {IndicatorKind::kNetFlow}});
  bank.targets = {bank.YearOf("bank")};
  bank.targets[0].direction = target.direction;
  bank.targets[0].thresholds = target.thresholds;
  const Plan plan = bank.plan();
  TargetAccumulator accumulator(plan, {});
  EXPECT_TRUE(accumulator.Fold(outcome).ok());
  return accumulator.Estimates()[0];
}

RC_GTEST_PROP(MirrorProperty, HasTheSameProbabilityAndBounds, ()) {
  Target target{.direction = RandomBalance().direction};
  BlockOutcome outcome = RandomBlock();
  for (int o = -6; o <= 6; ++o) target.thresholds.push_back(o);
  const TargetEstimate here = EstimateOf(target, outcome);
  target.direction = Turned(target.direction);
  for (double& threshold : target.thresholds) threshold = -threshold;
  for (double& value : outcome.values) value = -value;
  const TargetEstimate there = EstimateOf(target, outcome);
  RC_ASSERT(here.probability == there.probability);
  RC_ASSERT(here.probability_low == there.probability_low);
  RC_ASSERT(here.probability_high == there.probability_high);
  RC_ASSERT(here.mean == -there.mean);
  RC_ASSERT(here.standard_deviation == there.standard_deviation);
}

}  // namespace
}  // namespace jalon::sim
