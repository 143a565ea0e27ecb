// Mixtures of scenarios in the plan and on sampled paths.
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/base/violation.h"
#include "sim/engine/event_losses.h"
#include "sim/engine/mean_path.h"
#include "sim/engine/off_formula.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/mixtures.h"
#include "tests/sim/engine/tiny_bank.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

constexpr int kPaths = 4'096;

// One that always comes true is that scenario, to the last bit; one that never does is nothing.
TEST(RegimeTest, OneRegimeIsItsScenario) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    const TinyBank plain = MakeRandomBank(seed);
    TinyBank mixed = MakeMixedBank(plain);
    mixed.scenario.mixture[0].weight = 1.0;
    mixed.scenario.mixture[1].weight = 0.0;
    mixed.scenario.mixture[2].weight = 0.0;
    mixed.scenario.weight_confidence = 10.0;
    EXPECT_EQ(TargetPaths(mixed.plan(), 64), TargetPaths(plain.plan(), 64));
    EXPECT_FALSE(mixed.plan().weight_confidence.has_value());
  }
}

// Worlds share all random numbers: only what they assume differs.
TEST(RegimeTest, EveryPathIsThatOfItsOwnScenario) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    const TinyBank mixed = MakeMixedBank(seed);
    const Plan plan = mixed.plan();
    std::array<std::vector<std::vector<double>>, 3> alone;
    for (int r = 0; r < 3; ++r) alone[r] = TargetPaths(InRegime(mixed, r).plan(), 64);
    std::array<int, 3> count{};
    for (int path = 0; path < 64; ++path) {
      const PathReplay replay = ReplayPath(plan, path).value();
      ++count[replay.regime];
      for (int i = 0; i < plan.target_count(); ++i) {
        EXPECT_EQ(replay.target_values[i], alone[replay.regime][i][path]) << seed << " " << path;
      }
    }
    for (const int drawn : count) EXPECT_GT(drawn, 0);
  }
}

// 4 standard errors: false alarm 6e-5 each.
TEST(RegimeTest, ComesTrueAsOftenAsItsWeight) {
  TinyBank bank = MakeTinyBank({});
  bank.targets = {bank.YearOf("bank")};
  bank.scenario.mixture = {Shifted("a", 0.7, 0.0), Shifted("b", 0.25, -0.1),
                           Shifted("c", 0.05, -0.5)};
  const Plan plan = bank.plan();
  std::array<double, 3> count{};
  for (int path = 0; path < kPaths; ++path) count[ReplayPath(plan, path).value().regime] += 1.0;
  for (int r = 0; r < 3; ++r) {
    const double weight = plan.regimes[r].weight;
    EXPECT_NEAR(count[r] / kPaths, weight, 4.0 * std::sqrt(weight * (1.0 - weight) / kPaths));
  }
}

// The inverse distribution function: adding to the weight of the first takes paths from the others
// and gives it no one's else.
TEST(RegimeTest, IsDrawnByOneMonotoneUniform) {
  TinyBank bank = MakeTinyBank({});
  bank.targets = {bank.YearOf("bank")};
  bank.scenario.mixture = {Shifted("a", 0.5, 0.0), Shifted("b", 0.5, -0.1)};
  const Plan even = bank.plan();
  bank.scenario.mixture[0].weight = 0.6;
  bank.scenario.mixture[1].weight = 0.4;
  const Plan uneven = bank.plan();
  for (int path = 0; path < 256; ++path) {
    EXPECT_LE(ReplayPath(uneven, path)->regime, ReplayPath(even, path)->regime);
  }
}

TEST(RegimePlanTest, KeepsAnEventThatRegimesShareOnce) {
  TinyBank bank = MakeTinyBank({});
  bank.targets = {bank.YearOf("bank")};
  const Event shared = FixedEvent("reform", -0.2);
  bank.scenario.mixture = {{.id = "a", .weight = 0.5, .events = {shared}},
                           {.id = "b", .weight = 0.3, .events = {shared, FixedEvent("war", -0.1)}},
                           {.id = "c", .weight = 0.2, .events = {FixedEvent("reform", -0.4)}}};
  const Plan plan = bank.plan();
  std::vector<uint32_t> regimes;
  for (const PlanEvent& event : plan.events) regimes.push_back(event.regimes);
  EXPECT_THAT(regimes, ::testing::UnorderedElementsAre(0b011, 0b010, 0b100));
  EXPECT_EQ(plan.regimes.back().cumulated, 1.0);
}

TEST(RegimePlanTest, RefusesABrokenMixture) {
  TinyBank bank = MakeTinyBank({});
  bank.targets = {bank.YearOf("bank")};
  bank.scenario.mixture = {Shifted("a", 0.5, 0.0), Shifted("b", 0.4, -1.5)};
  const Violations found = ViolationsFromStatus(BuildPlan(bank.input()).status());
  EXPECT_TRUE(HasViolation(found, "scenario.mixture", "SUM_NOT_ONE"));
  EXPECT_TRUE(HasViolation(found, "scenario.mixture[1].events[0].effect.mode", "EFFECT_TOO_LOW"));
}

TEST(RegimeMeanPathTest, IsTheAverageOfItsRegimes) {
  const TinyBank mixed = MakeMixedBank(3);
  const MeanPath together = MakeMeanPath(mixed.input()).value();
  std::vector<double> average(together.means.size(), 0.0);
  for (int r = 0; r < 3; ++r) {
    const TinyBank alone = InRegime(mixed, r);
    const MeanPath path = MakeMeanPath(alone.input()).value();
    for (size_t k = 0; k < average.size(); ++k) {
      average[k] += mixed.scenario.mixture[r].weight * path.means[k];
    }
  }
  for (size_t k = 0; k < average.size(); ++k) EXPECT_DOUBLE_EQ(together.means[k], average[k]);
}

TEST(RegimeLossesTest, AreThoseOfEachRegimesEvents) {
  TinyBank bank = MakeTinyBank({});
  bank.targets = {bank.YearOf("bank")};
  bank.scenario.mixture = {Shifted("calm", 0.6, 0.0), Shifted("bad", 0.3, -0.1),
                           Shifted("worse", 0.1, -0.5)};
  const std::vector<EventLosses> rows = LossesOfEvents(bank.input(), Year(2026), 0);
  ASSERT_EQ(rows.size(), 2);
  EXPECT_EQ(rows[0].event, "shift-bad");
  EXPECT_EQ(rows[0].regime, 1);
  EXPECT_NEAR(rows[0].taken, 24.0, 1e-9);
  EXPECT_EQ(rows[1].regime, 2);
  EXPECT_NEAR(rows[1].taken, 120.0, 1e-9);
}

}  // namespace
}  // namespace jalon::sim
