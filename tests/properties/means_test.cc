// Means of branches on random tables: units of measure and order do not matter.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "sim/network/mean_ratios.h"
#include "sim/network/means_rules.h"
#include "tests/properties/fixed_seed.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

const Period kAsOf = Period::Month(2025, 12);
const Window kWindow{Period::Month(2025, 1), Period::Month(2027, 6)};

// A mean of one branch: holes, zeros, seen up to as_of and planned after it.
MeanSeries RandomSeries(const char* unit) {
  MeanSeries series{.mean = "advisers", .unit = unit, .first = kAsOf - *rc::gen::inRange(0, 30)};
  const int count = *rc::gen::inRange(1, 60);
  for (int t = 0; t < count; ++t) {
    const int tenths = *rc::gen::inRange(-5, 80);
    const bool hole = tenths < 0;
    series.values.push_back(hole ? std::numeric_limits<double>::quiet_NaN() : tenths / 8.0);
    series.planned.push_back(!hole && kAsOf < series.first + t);
  }
  return series;
}

MeansTable RandomTable() { return {{RandomSeries("n1"), RandomSeries("n2"), RandomSeries("s1")}}; }

MeanRatios Ratios(const MeansTable& table) {
  return {SmallNetwork(), table, {"advisers", kAsOf, kAsOf, kWindow}};
}

// [unit x period of the window]
std::vector<double> All(const MeanRatios& ratios) {
  std::vector<double> all;
  for (int u = 0; u < SmallNetwork().unit_count(); ++u) {
    for (int t = 0; t < kWindow.size(); ++t) all.push_back(ratios.ratio(u, kWindow.first + t));
  }
  return all;
}

RC_GTEST_PROP(MeansProperty, RatiosAreFiniteAndNotNegativeWhateverIsMissing, ()) {
  const MeansTable table = RandomTable();
  RC_ASSERT(CheckMeans(SmallNetwork(), table).empty());
  for (const double ratio : All(Ratios(table))) RC_ASSERT(std::isfinite(ratio) && ratio >= 0.0);
}

// Powers of two scale without rounding.
RC_GTEST_PROP(MeansProperty, TheUnitOfAMeanDoesNotMatter, ()) {
  const MeansTable table = RandomTable();
  MeansTable halves = table;
  for (MeanSeries& series : halves.series) {
    for (double& value : series.values) value *= 0.5;
  }
  RC_ASSERT(All(Ratios(table)) == All(Ratios(halves)));
}

RC_GTEST_PROP(MeansProperty, TheOrderOfBranchesDoesNotMatter, ()) {
  const MeansTable table = RandomTable();
  MeansTable turned = table;
  std::reverse(turned.series.begin(), turned.series.end());
  RC_ASSERT(All(Ratios(table)) == All(Ratios(turned)));
  RC_ASSERT(Sorted(turned) == Sorted(table));
}

}  // namespace
}  // namespace jalon::sim
