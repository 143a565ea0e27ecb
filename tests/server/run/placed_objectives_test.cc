#include "server/run/placed_objectives.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "server/base/clock.h"
#include "server/convert/objective.h"
#include "server/run/archive.h"
#include "server/store/memory_store.h"
#include "tests/sim/network/small_network.h"

namespace jalon::server {
namespace {

using testing::ElementsAre;

sim::Objective ObjectiveOf(const std::string& unit, const std::string& indicator) {
  const sim::Window window{sim::Period::Month(2027, 1), sim::Period::Month(2027, 12)};
  return {.unit = unit, .segment = "all", .indicator = indicator, .window = window, .ticks = 5};
}

LoadedRevision RevisionOf(const sim::NetworkSpec& spec, const std::string& content_hash) {
  LoadedRevision made{.value = {.network = *sim::Network::Create(spec)}};
  made.info.set_content_hash(content_hash);
  return made;
}

store::v1::ObjectiveSetRecord StoredSet(StoreThread& store, const sim::Network& network,
                                        const std::vector<sim::Objective>& objectives) {
  Transaction transaction;
  BlobWriter blobs(&transaction);
  store::v1::ObjectiveSetRecord record;
  record.set_objectives(blobs.Add(ToTable(network, objectives).SerializeAsString()));
  EXPECT_TRUE(store.BlockingApply(std::move(transaction)).ok());
  return record;
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

// What is found of a set in one revision is not taken for another's, which may call things
// otherwise.
TEST(PlacedObjectivesTest, AreKeptForEachSetAndRevision) {
  const SystemClock clock;
  StoreThread store(NewMemoryStore(clock));
  Archive archive(store, 1 << 20);
  sim::NetworkSpec spec = sim::SmallSpec();
  const LoadedRevision first = RevisionOf(spec, "1");
  for (auto& indicator : spec.indicators) {
    if (indicator.id == "loans") indicator.id = "credits";
  }
  const LoadedRevision second = RevisionOf(spec, "2");
  const auto record = StoredSet(store, first.value.network, {ObjectiveOf("n2", "loans")});

  const auto placed = archive.GetPlacedObjectives(record, first);
  ASSERT_TRUE(placed.ok()) << placed.status();
  EXPECT_EQ(*archive.GetPlacedObjectives(record, first), *placed) << "found once";
  const auto refused = archive.GetPlacedObjectives(record, second);
  EXPECT_TRUE(sim::HasViolation(sim::ViolationsFromStatus(refused.status()),
                                "objectives[0].indicator", "UNKNOWN_INDICATOR"));
}

}  // namespace
}  // namespace jalon::server
