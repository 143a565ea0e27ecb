#include "sim/score/weights.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

// In the small bank accounts is indicator 0, loans 1, savings 2; n1 is unit 2, s2 (remote) unit 6.
constexpr int kBank = 0;
constexpr int kN1 = 2;
constexpr int kS2 = 6;

Window YearOf(int year) { return {Period::Month(year, 1), Period::Month(year, 12)}; }

ScoreWeight Row(std::string indicator, double weight, ScoreScope scope = {}) {
  return {.scope = std::move(scope), .indicator = std::move(indicator), .weight = weight};
}

std::vector<double> Shares(const std::vector<UnitWeight>& weights) {
  std::vector<double> shares;
  for (const UnitWeight& weight : weights) shares.push_back(weight.weight);
  return shares;
}

TEST(WeightTableTest, GivesTheDeclaredSharesOfTheWholeNetwork) {
  const Network network = SmallNetwork();
  const ScorePolicy policy{.weights = {Row("savings", 2), Row("accounts", 1), Row("loans", 1)}};
  const std::vector<UnitWeight> weights = WeightTable(network, policy).Of(kN1, YearOf(2027));
  ASSERT_EQ(weights.size(), 3);
  EXPECT_EQ(Shares(weights), (std::vector<double>{0.25, 0.25, 0.5}));
  EXPECT_EQ(weights[2].indicator, 2);
  EXPECT_EQ(weights[2].declared, 2);
  EXPECT_EQ(weights[2].row, 0);
}

TEST(WeightTableTest, HasNoWeightsWithoutRows) {
  const Network network = SmallNetwork();
  const ScorePolicy policy;
  EXPECT_TRUE(WeightTable(network, policy).Of(kBank, YearOf(2027)).empty());
  EXPECT_EQ(WeightTable(network, policy).QualityOf(kBank, YearOf(2027)), 1.0);
}

TEST(WeightTableTest, TakesTheNearestUnitThenItsKind) {
  const Network network = SmallNetwork();
  const ScorePolicy policy{.weights = {Row("accounts", 1), Row("loans", 1),
                                       Row("accounts", 2, {.unit_kind = "proximity"}),
                                       Row("accounts", 3, {.unit = "north"}),
                                       Row("accounts", 4, {.unit = "north", .unit_kind = "remote"}),
                                       Row("accounts", 5, {.unit = "n2"})}};
  const WeightTable table(network, policy);
  const auto accounts = [&](absl::string_view unit) {
    return table.Of(*network.FindUnit(unit), YearOf(2027))[0].declared;
  };
  EXPECT_EQ(accounts("bank"), 1);
  EXPECT_EQ(accounts("s1"), 2);
  EXPECT_EQ(accounts("s2"), 1);
  EXPECT_EQ(accounts("north"), 3);
  EXPECT_EQ(accounts("n1"), 3);
  EXPECT_EQ(accounts("n2"), 5);
  EXPECT_EQ(table.Of(kN1, YearOf(2027))[1].declared, 1) << "loans come from the whole network";
}

TEST(WeightTableTest, ACompleteGridSaysEverything) {
  const Network network = SmallNetwork();
  ScorePolicy policy{.weights = {Row("accounts", 1), Row("loans", 1)}};
  policy.weights.push_back(Row("savings", 1, {.unit_kind = "proximity"}));
  policy.weights.back().complete = true;
  const std::vector<UnitWeight> weights = WeightTable(network, policy).Of(kN1, YearOf(2027));
  ASSERT_EQ(weights.size(), 1);
  EXPECT_EQ(weights[0].indicator, 2);
}

TEST(WeightTableTest, HoldsForWindowsInsideItsOwn) {
  const Network network = SmallNetwork();
  ScorePolicy policy{.weights = {Row("accounts", 1), Row("accounts", 3)}};
  policy.weights[0].window = YearOf(2026);
  policy.weights[1].window = YearOf(2027);
  const WeightTable table(network, policy);
  EXPECT_EQ(table.Of(kBank, YearOf(2026))[0].row, 0);
  EXPECT_EQ(table.Of(kBank, {Period::Month(2027, 1), Period::Month(2027, 3)})[0].row, 1);
  EXPECT_TRUE(table.Of(kBank, {Period::Month(2026, 7), Period::Month(2027, 6)}).empty());
}

TEST(WeightTableTest, RedistributesWhatDoesNotApplyInProportion) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].unit_kinds = {"proximity"};  // accounts
  const Network network = *Network::Create(spec);
  const ScorePolicy policy{
      .weights = {Row("accounts", 0.5), Row("loans", 0.3), Row("savings", 0.2)}};
  const std::vector<UnitWeight> weights = WeightTable(network, policy).Of(kS2, YearOf(2027));
  EXPECT_EQ(weights[0].state, WeightState::kNotApplicable);
  EXPECT_EQ(weights[0].declared, 0.5);
  EXPECT_EQ(weights[0].weight, 0.0);
  EXPECT_DOUBLE_EQ(weights[1].weight, 0.6);
  EXPECT_DOUBLE_EQ(weights[2].weight, 0.4);
}

TEST(WeightTableTest, TakesBoundsFromTheRowThenFromTheIndicator) {
  NetworkSpec spec = SmallSpec();
  spec.indicators[1].attainment_floor = 0.0;
  spec.indicators[1].attainment_cap = 1.7;
  const Network network = *Network::Create(spec);
  ScorePolicy policy{.weights = {Row("accounts", 1), Row("loans", 1)}};
  policy.weights[0].cap = 1.2;
  const std::vector<UnitWeight> weights = WeightTable(network, policy).Of(kN1, YearOf(2027));
  EXPECT_EQ(weights[0].floor, 0.0);
  EXPECT_EQ(weights[0].cap, 1.2);
  EXPECT_EQ(weights[1].floor, std::nullopt);
  EXPECT_EQ(weights[1].cap, std::nullopt);
}

TEST(WeightTableTest, TakesQualityFromTheNearestScope) {
  const Network network = SmallNetwork();
  const ScorePolicy policy{.quality = {{.scope = {.unit_kind = "remote"}, .factor = 0.9},
                                       {.scope = {.unit = "north"}, .factor = 0.8},
                                       {.window = YearOf(2027), .factor = 1.1}}};
  const WeightTable table(network, policy);
  EXPECT_EQ(table.QualityOf(kN1, YearOf(2027)), 0.8);
  EXPECT_EQ(table.QualityOf(kS2, YearOf(2027)), 0.9);
  EXPECT_EQ(table.QualityOf(kBank, YearOf(2027)), 1.1);
  EXPECT_EQ(table.QualityOf(kBank, YearOf(2026)), 1.0);
}

TEST(SortedScorePolicyTest, DoesNotDependOnTheOrderOfRows) {
  ScorePolicy policy{.weights = {Row("loans", 1, {.unit = "north"}), Row("savings", 2),
                                 Row("accounts", 3), Row("accounts", 4)},
                     .quality = {{.scope = {.unit = "n1"}, .factor = 0.9}, {.factor = 1.1}}};
  policy.weights[3].window = YearOf(2027);
  ScorePolicy mirrored = policy;
  std::reverse(mirrored.weights.begin(), mirrored.weights.end());
  std::reverse(mirrored.quality.begin(), mirrored.quality.end());
  EXPECT_EQ(SortedScorePolicy(policy), SortedScorePolicy(mirrored));
  EXPECT_EQ(SortedScorePolicy(policy).weights[0].weight, 3) << "the whole network, all windows";
}

TEST(RedistributeTest, LeavesNoScoreWhenNothingCounts) {
  std::vector<UnitWeight> weights = {{.declared = 0.4, .state = WeightState::kNoObjective},
                                     {.declared = 0.0}};
  Redistribute(weights);
  EXPECT_EQ(Shares(weights), (std::vector<double>{0, 0}));
}

TEST(RedistributeTest, KeepsProportionsWhateverIsMissing) {
  std::vector<UnitWeight> weights = {
      {.declared = 3}, {.declared = 5}, {.declared = 7}, {.declared = 11}};
  for (int missing = 0; missing < 15; ++missing) {
    double sum = 0.0;
    for (int i = 0; i < 4; ++i) {
      weights[i].state = missing >> i & 1 ? WeightState::kNoRatio : WeightState::kCounted;
    }
    Redistribute(weights);
    for (const UnitWeight& weight : weights) sum += weight.weight;
    EXPECT_NEAR(sum, 1.0, 1e-15);
    for (int i = 1; i < 4; ++i) {
      if (weights[0].weight == 0.0 || weights[i].weight == 0.0) continue;
      EXPECT_NEAR(weights[i].weight / weights[0].weight, weights[i].declared / 3.0, 1e-14);
    }
  }
}

}  // namespace
}  // namespace jalon::sim
