// What a mixture of scenarios must be, and which worlds it stands for.
#include <cmath>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/scenario/scenario.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

const Period kStart = Period::Month(2026, 6);

DriverTable Drivers() { return {.drivers = {{.id = "rate", .first = kStart, .values = {2}}}}; }

Event Rule(double effect = -0.2) {
  return {.id = "rule", .start = kStart, .effect = {.mode = effect}, .source = "decree"};
}

Scenario Mixture(const std::vector<double>& weights) {
  Scenario scenario{.id = "outlook"};
  for (size_t i = 0; i < weights.size(); ++i) {
    scenario.mixture.push_back({.id = "world-" + std::to_string(i), .weight = weights[i]});
  }
  return scenario;
}

// `field REASON` of every violation.
std::vector<std::string> Problems(const Scenario& scenario) {
  const Violations violations = ValidateScenario(SmallNetwork(), Drivers(), scenario);
  std::vector<std::string> problems;
  for (const Violation& v : violations.kept()) problems.push_back(v.field + " " + v.reason);
  return problems;
}

TEST(MixtureTest, AcceptsWorldsWhoseWeightsSumToOne) {
  Scenario scenario = Mixture({0.7, 0.2, 0.1});
  scenario.mixture[0].events = {Rule()};
  scenario.mixture[1].events = {Rule(-0.4)};
  scenario.weight_confidence = 10.0;
  EXPECT_THAT(Problems(scenario), ElementsAre());
  EXPECT_THAT(Problems(Mixture({1.0})), ElementsAre());
  EXPECT_THAT(Problems(Mixture({1.0, 0.0})), ElementsAre());
}

TEST(MixtureTest, NamesEveryProblemAtOnce) {
  Scenario scenario = Mixture({0.7, -0.2, std::nan("")});
  scenario.events = {Rule()};
  scenario.mixture[2].id = scenario.mixture[0].id;
  scenario.mixture[1].events = {Rule(-1.5)};
  scenario.mixture[1].drivers = {{.driver = "oil", .first = kStart, .values = {1}}};
  scenario.weight_confidence = 0.5;
  EXPECT_THAT(Problems(scenario),
              UnorderedElementsAre("events MIXTURE_WITH_CONTENT", "mixture[1].weight OUT_OF_RANGE",
                                   "mixture[2].weight OUT_OF_RANGE", "mixture SUM_NOT_ONE",
                                   "mixture[2].scenario DUPLICATE_ID",
                                   "mixture[1].events[0].effect.mode EFFECT_TOO_LOW",
                                   "mixture[1].drivers[0].driver UNKNOWN_DRIVER",
                                   "weight_confidence OUT_OF_RANGE"));
}

TEST(MixtureTest, RefusesWeightsThatDoNotSumToOneWithinABillionth) {
  EXPECT_THAT(Problems(Mixture({0.7, 0.3 + 2e-9})), ElementsAre("mixture SUM_NOT_ONE"));
  EXPECT_THAT(Problems(Mixture({0.7, 0.3 + 5e-10})), ElementsAre());
}

TEST(MixtureTest, RefusesMoreThanSixteenRegimes) {
  EXPECT_THAT(Problems(Mixture(std::vector<double>(16, 1.0 / 16))), ElementsAre());
  EXPECT_THAT(Problems(Mixture(std::vector<double>(17, 1.0 / 17))),
              ElementsAre("mixture TOO_MANY_REGIMES"));
}

TEST(MixtureTest, RefusesAConfidenceWithoutMixture) {
  EXPECT_THAT(Problems({.id = "plain", .weight_confidence = 10.0}),
              ElementsAre("weight_confidence CONFIDENCE_WITHOUT_MIXTURE"));
}

TEST(MixtureTest, LooksAtTheChannelsOfEveryRegime) {
  Scenario scenario = Mixture({0.5, 0.5});
  scenario.mixture[1].events = {Rule()};
  scenario.mixture[1].events[0].channel = "phone";
  const Violations violations = CheckEventChannels({}, scenario);
  EXPECT_TRUE(HasViolation(violations, "mixture[1].events[0].channel_share_ratio",
                           "MISSING_CHANNEL_SHARE"));
}

TEST(WorldsTest, AreTheScenarioItselfOrItsRegimesThatMayComeTrue) {
  const Scenario plain{.id = "plain", .events = {Rule()}};
  ASSERT_EQ(WorldsOf(plain).size(), 1);
  EXPECT_EQ(WorldsOf(plain)[0].id, "plain");
  EXPECT_EQ(WorldsOf(plain)[0].weight, 1.0);
  EXPECT_EQ(WorldsOf(plain)[0].events.size(), 1);
  const Scenario mixed = Mixture({0.4, 0.0, 0.6});
  const std::vector<World> worlds = WorldsOf(mixed);
  ASSERT_EQ(worlds.size(), 2);
  EXPECT_EQ(worlds[1].id, "world-2");
  EXPECT_EQ(worlds[1].path, "mixture[2].");
}

}  // namespace
}  // namespace jalon::sim
