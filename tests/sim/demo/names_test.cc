#include "sim/demo/names.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace jalon::sim {
namespace {

TEST(DemoNamesTest, GivesDistinctNamesToFifteenHundredBranches) {
  std::set<std::string> names;
  for (int i = 0; i < 1500; ++i) names.insert(DemoBranchName(i));
  EXPECT_EQ(names.size(), 1500);
}

TEST(DemoNamesTest, GivesDistinctNamesToElevenRegions) {
  std::set<std::string> names;
  for (int i = 0; i < 11; ++i) names.insert(DemoRegionName(i));
  EXPECT_EQ(names.size(), 11);
}

}  // namespace
}  // namespace jalon::sim
