#include "sim/demo/channels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "sim/channel/channel_rules.h"
#include "sim/channel/channel_shares.h"
#include "sim/demo/demo.h"
#include "sim/engine/sampled.h"

namespace jalon::sim {
namespace {

Demo Small() { return *MakeDemo({.size = DemoSize::kSmall}); }

TEST(DemoChannelsTest, FollowsTheRulesOfItsNetwork) {
  const Demo demo = Small();
  EXPECT_TRUE(CheckChannels(demo.revision.network, demo.revision.channels).empty());
  EXPECT_EQ(Sorted(demo.revision.channels), demo.revision.channels);
}

TEST(DemoChannelsTest, HasAShareOfThePhoneForEveryBranch) {
  const Demo demo = Small();
  const ChannelShares shares(demo.revision.network, demo.revision.channels);
  for (const SeriesKey& key : demo.revision.realisations.keys()) {
    EXPECT_TRUE(shares.RowAt(key, "phone", Period::Month(2027, 1)).has_value());
  }
}

// What 2027 loses of one indicator by the scenario, in points of each branch's mean over `paths`
// common paths: [branch with series].
std::vector<double> BranchDeltas(const Demo& demo, const Scenario& scenario, int indicator) {
  const Network& network = demo.revision.network;
  std::vector<Target> targets;
  for (int u = 0; u < network.unit_count(); ++u) {
    if (!network.is_leaf(u) || network.unit(u).closed || !network.Applies(indicator, u)) continue;
    targets.push_back({.range = RangeOf(network, indicator, u, 0),
                       .window = {Period::Month(2027, 1), Period::Month(2027, 12)}});
  }
  const auto means = [&](const Scenario& world) {
    const Plan plan = *BuildPlan({.revision = demo.revision,
                                  .model = demo.truth,
                                  .scenario = world,
                                  .targets = targets,
                                  .as_of = demo.truth.as_of,
                                  .seed = 7});
    std::vector<double> sums(targets.size(), 0.0);
    for (int path = 0; path < 64; ++path) {
      const std::vector<double> values = ReplayPath(plan, path)->target_values;
      for (size_t k = 0; k < sums.size(); ++k) sums[k] += values[k];
    }
    return sums;
  };
  const std::vector<double> without = means({.id = "none"});
  const std::vector<double> with = means(scenario);
  std::vector<double> deltas;
  for (size_t k = 0; k < with.size(); ++k) {
    deltas.push_back(100.0 * (with[k] / without[k] - 1.0));
  }
  return deltas;
}

TEST(DemoChannelsTest, AnAverageShareMissesTheBranches) {
  const Demo demo = Small();
  const int indicator = *demo.revision.network.FindIndicator("consumer-credit");
  const ChannelShares shares(demo.revision.network, demo.revision.channels);
  // The network's average share, weighted by the sales of the last year.
  double sales = 0.0;
  double by_phone = 0.0;
  const auto [first, end] = demo.revision.realisations.IndicatorRows(indicator);
  for (int i = first; i < end; ++i) {
    const SeriesKey& key = demo.revision.realisations.key(i);
    const auto row = demo.revision.realisations.row(i).last(12);
    double year = 0.0;
    for (const double value : row) year += std::isnan(value) ? 0.0 : value;
    sales += year;
    by_phone += year * shares.row(*shares.RowAt(key, "phone", Period::Month(2027, 1))).share;
  }
  Event event{.id = "phone", .start = Period::Month(2027, 1), .channel = "phone"};
  event.indicators = {"consumer-credit"};
  event.effect.mode = -0.35;
  const Scenario real{.id = "real", .events = {event}};
  event.channel_share_ratio = by_phone / sales;
  const Scenario average{.id = "average", .events = {event}};

  const std::vector<double> true_deltas = BranchDeltas(demo, real, indicator);
  const std::vector<double> average_deltas = BranchDeltas(demo, average, indicator);
  double squares = 0.0;
  for (size_t k = 0; k < true_deltas.size(); ++k) {
    squares += std::pow(average_deltas[k] - true_deltas[k], 2);
  }
  const double rms = std::sqrt(squares / static_cast<double>(true_deltas.size()));
  const auto [low, high] = std::minmax_element(true_deltas.begin(), true_deltas.end());
  const auto [average_low, average_high] =
      std::minmax_element(average_deltas.begin(), average_deltas.end());
  std::printf(
      "true deltas from %.1f to %.1f points, the average share's from %.1f to %.1f; rms "
      "error %.2f points\n",
      *low, *high, *average_low, *average_high, rms);
  EXPECT_GT(rms, 2.0);
  EXPECT_GT(*high - *low, 3.0 * (*average_high - *average_low));
}

}  // namespace
}  // namespace jalon::sim
