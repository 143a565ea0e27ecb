#include "sim/demo/means.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "sim/demo/demo.h"
#include "sim/demo/demo_network.h"
#include "sim/network/means_rules.h"

namespace jalon::sim {
namespace {

Demo Small(int months = 60) { return *MakeDemo({.size = DemoSize::kSmall, .month_count = months}); }

TEST(DemoMeansTest, AreTakenByTheirOwnRules) {
  const Demo demo = Small();
  EXPECT_TRUE(CheckMeans(demo.revision.network, demo.revision.means).empty());
  EXPECT_EQ(demo.revision.means, Sorted(demo.revision.means));
}

TEST(DemoMeansTest, AreSeenOverTheHistoryAndPlannedUpToTheEndOf2027) {
  const Demo demo = Small();
  int planned_branches = 0;
  for (const MeanSeries& series : demo.revision.means.series) {
    bool any = false;
    for (size_t t = 0; t < series.values.size(); ++t) {
      const Period period = series.first + static_cast<int>(t);
      EXPECT_EQ(series.planned[t], DemoLastPeriod() < period);
      EXPECT_GT(series.values[t], 0.0);
      EXPECT_LE(period, Period::Month(2027, 12));
      any = any || series.planned[t];
    }
    planned_branches += any ? 1 : 0;
  }
  EXPECT_GT(planned_branches, 30);
}

TEST(DemoMeansTest, SomeBranchesGainAnAdviser) {
  const Demo demo = Small();
  std::set<double> moves;
  for (const MeanSeries& series : demo.revision.means.series) {
    if (!series.planned.back()) continue;
    const double before = series.values[series.values.size() - 13];
    moves.insert(std::floor(series.values.back() - before + 0.5));
  }
  EXPECT_TRUE(moves.contains(0.0));
  EXPECT_TRUE(moves.contains(1.0));
}

TEST(DemoMeansTest, DoNotDependOnTheLengthOfHistory) {
  const Demo shorter = Small(24), longer = Small(60);
  for (size_t i = 0; i < shorter.revision.means.series.size(); ++i) {
    const MeanSeries& a = shorter.revision.means.series[i];
    const MeanSeries& b = longer.revision.means.series[i];
    ASSERT_EQ(a.unit, b.unit);
    const Unit& unit = longer.revision.network.unit(*longer.revision.network.FindUnit(a.unit));
    if (unit.opened || unit.closed) continue;  // at a share of the history
    EXPECT_EQ(a.values.back(), b.values.back());
    EXPECT_EQ(a.values.front(), b.values[a.first - b.first]);
  }
}

TEST(DemoMeansTest, ActOnAppointmentsAlone) {
  const Demo demo = Small();
  const Network& network = demo.revision.network;
  const Window history = DemoHistory({});
  for (int k = 0; k < network.indicator_count(); ++k) {
    EXPECT_EQ(DemoMeanEta(network, demo.revision.means, k, history).empty(),
              network.indicator(k).id != "appointments");
  }
  ASSERT_EQ(demo.truth.mean_effects.size(), 1u);
  EXPECT_EQ(demo.truth.mean_effects[0].beta_mean, 0.6);
}

}  // namespace
}  // namespace jalon::sim
