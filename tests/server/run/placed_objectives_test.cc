#include "server/run/placed_objectives.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/sim/network/small_network.h"

namespace jalon::server {
namespace {

using testing::ElementsAre;

sim::Objective ObjectiveOf(const std::string& unit, const std::string& indicator) {
  const sim::Window window{sim::Period::Month(2027, 1), sim::Period::Month(2027, 12)};
  return {.unit = unit, .segment = "all", .indicator = indicator, .window = window, .ticks = 5};
}

TEST(PlacedObjectivesTest, StandOnTheNodesTheyName) {
  const sim::Network network = sim::SmallNetwork();
  const auto placed = PlaceObjectives(
      network, {ObjectiveOf("n2", "loans"), ObjectiveOf(network.unit(0).id, "accounts")});
  ASSERT_TRUE(placed.ok()) << placed.status();
  EXPECT_THAT(placed->nodes,
              ElementsAre(sim::SeriesKey{.indicator = 1, .unit = *network.FindUnit("n2")},
                          sim::SeriesKey{}));
  EXPECT_GT(placed->bytes(), 2 * static_cast<int64_t>(sizeof(sim::Objective)));
}

TEST(PlacedObjectivesTest, AreRefusedWithEveryNameTheNetworkHasNot) {
  const auto placed = PlaceObjectives(sim::SmallNetwork(),
                                      {ObjectiveOf("n2", "boats"), ObjectiveOf("n9", "loans")});
  const sim::Violations found = sim::ViolationsFromStatus(placed.status());
  EXPECT_EQ(found.total_count(), 2);
  EXPECT_TRUE(sim::HasViolation(found, "objectives[0].indicator", "UNKNOWN_INDICATOR"));
  EXPECT_TRUE(sim::HasViolation(found, "objectives[1].unit", "UNKNOWN_UNIT"));
}

}  // namespace
}  // namespace jalon::server
