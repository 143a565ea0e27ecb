// Properties of stocks, ratios and derived indicators.
#include <algorithm>
#include <cmath>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "sim/engine/path_value.h"
#include "sim/engine/sampled.h"
#include "tests/properties/fixed_seed.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

Direction Turned(Direction direction) {
  return direction == Direction::kHigherIsBetter ? Direction::kLowerIsBetter
                                                 : Direction::kHigherIsBetter;
}

double Decimal(int low, int high) { return *rc::gen::inRange(low, high) / 100.0; }

RC_GTEST_PROP(KindsMirrorProperty, AVariationAttainsTheSame, ()) {
  Target target{.direction =
                    *rc::gen::element(Direction::kHigherIsBetter, Direction::kLowerIsBetter)};
  const double objective = Decimal(-5'000, 5'001);
  const double ratio = *rc::gen::inRange(0, 200) / 100.0;
  target.thresholds = {ratio * objective};
  target.opening = TargetOpening{.weights = {1.0 - ratio}, .objective = objective};
  const double opening = Decimal(-5'000, 5'001);
  const double exactly = opening + ratio * (objective - opening);
  const PathValue path{.value = *rc::gen::element(exactly, Decimal(-9'000, 9'001)),
                       .opening = opening};
  Target mirrored = target;
  mirrored.direction = Turned(target.direction);
  mirrored.thresholds[0] = -target.thresholds[0];
  mirrored.opening->objective = -objective;
  const PathValue other{.value = -path.value, .opening = -path.opening};
  RC_ASSERT(Attains(target, 0, path) == Attains(mirrored, 0, other));
}

RC_GTEST_PROP(KindsMirrorProperty, ARatioAttainsTheSameWhicheverSideChangesItsSign, ()) {
  Target target{
      .aggregation = Aggregation::kRatio,
      .direction = *rc::gen::element(Direction::kHigherIsBetter, Direction::kLowerIsBetter)};
  target.thresholds = {Decimal(-300, 301)};
  const double below = Decimal(-1'000, 1'001);
  const PathValue path{
      .numerator = *rc::gen::element(target.thresholds[0] * below, Decimal(-3'000, 3'001)),
      .denominator = below};
  Target mirrored = target;
  mirrored.direction = Turned(target.direction);
  mirrored.thresholds[0] = -target.thresholds[0];
  const PathValue above{.numerator = -path.numerator, .denominator = path.denominator};
  const PathValue under{.numerator = path.numerator, .denominator = -path.denominator};
  const PathValue both{.numerator = -path.numerator, .denominator = -path.denominator};
  RC_ASSERT(Attains(target, 0, path) == Attains(mirrored, 0, above));
  // 0 / 0 attains whatever is asked; elsewhere the sign of the denominator is the ratio's.
  if (below != 0.0) {
    RC_ASSERT(Attains(target, 0, path) == Attains(mirrored, 0, under));
    RC_ASSERT(Attains(target, 0, path) == Attains(target, 0, both));
  }
}

// Customers fed by two flows, a ratio and an income.
TinyShape Shape(int branches) {
  return {.branches_per_region = branches,
          .kinds = {IndicatorKind::kAmount, IndicatorKind::kAmount},
          .mean = 20.0 / branches,
          .others = {StockOf("customers", Measure::kMoney, {"k1"}, {"k2"}),
                     DerivedOf("income", "0.02 * mean(customers) + 0.5 * k1"),
                     RatioOf("ratio", "k1", "customers")},
          .stock = 1000.0 / branches};
}

// The same bank with its customers, flows and noise shared by so many branches.
TinyBank Split(int branches) {
  TinyBank bank = MakeTinyBank(Shape(branches));
  for (size_t i = 0; i < bank.model.series.size(); ++i) {
    ModelSeries& series = bank.model.series[i];
    if (series.law != Law::kStock) continue;
    bank.model.level.mean[i] = -0.02;
    series.dispersion = 4.0 / std::sqrt(branches);
    series.shape = 1e12;  // a normal law, whose sums are normal
  }
  for (const char* indicator : {"customers", "income", "ratio"}) {
    bank.targets.push_back(bank.For("bank", indicator));
  }
  return bank;
}

// 4 standard errors: false alarm 6e-5 per check, nine checks.
TEST(KindsProperty, ABranchSplitInTwoAndAddedUpAgainIsTheBranch) {
  constexpr int kPaths = 8'192;
  const auto whole = TargetPaths(Split(1).plan(), kPaths);
  const auto halves = TargetPaths(Split(2).plan(), kPaths);
  for (size_t t = 0; t < whole.size(); ++t) {
    EXPECT_NEAR(Mean(whole[t]), Mean(halves[t]),
                4.0 * std::hypot(StandardError(whole[t]), StandardError(halves[t])));
    const double sd = StandardError(whole[t]) * std::sqrt(kPaths);
    for (double z : {-1.0, 0.7}) {
      const double o = Mean(whole[t]) + z * sd;
      const auto share = [&](const std::vector<double>& values) {
        return std::count_if(values.begin(), values.end(), [&](double v) { return v >= o; }) /
               static_cast<double>(kPaths);
      };
      const double p = 0.5 * (share(whole[t]) + share(halves[t]));
      EXPECT_NEAR(share(whole[t]), share(halves[t]), 4.0 * std::sqrt(2.0 * p * (1.0 - p) / kPaths));
    }
  }
}

TEST(KindsProperty, LabelsAndTheOrderOfDeclarationsChangeNothing) {
  const TinyBank before = Split(2);
  TinyBank after = before;
  NetworkSpec spec = before.revision.network.spec();
  std::reverse(spec.units.begin(), spec.units.end());
  std::reverse(spec.indicators.begin(), spec.indicators.end());
  for (Indicator& indicator : spec.indicators) indicator.label_fr = "Autre nom";
  for (Unit& unit : spec.units) unit.label_en = "Another name";
  after.revision.network = Network::Create(spec).value();
  EXPECT_EQ(TargetPaths(before.plan(), 32), TargetPaths(after.plan(), 32));
}

TEST(KindsProperty, ARatiosParentIsSumOverSum) {
  TinyBank bank = Split(3);
  bank.targets = {bank.For("bank", "ratio")};
  for (const char* unit : {"r1-b1", "r1-b2", "r1-b3"}) {
    bank.targets.push_back(bank.For(unit, "k1"));
    bank.targets.push_back(bank.For(unit, "customers"));
  }
  const auto values = TargetPaths(bank.plan(), 32);
  for (int p = 0; p < 32; ++p) {
    const double above = values[1][p] + values[3][p] + values[5][p];
    const double below = values[2][p] + values[4][p] + values[6][p];
    EXPECT_NEAR(values[0][p], above / below, 1e-14);
  }
}

}  // namespace
}  // namespace jalon::sim
