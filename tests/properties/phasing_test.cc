// Phasing on random objectives: the months of a year always add up to it, tick by tick.
#include "sim/objective/phasing.h"

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/properties/fixed_seed.h"
#include "tests/sim/network/small_network.h"

namespace jalon::sim {
namespace {

const Period kJanuary = Period::Month(2027, 1);

std::vector<double> RandomSizes(int count, bool signed_sizes) {
  std::vector<double> sizes;
  for (int t = 0; t < count; ++t) {
    const int whole = *rc::gen::inRange(signed_sizes ? -1000 : 0, 1000);
    sizes.push_back(whole / 7.0);
  }
  // A profile of nothing has no shares.
  if (!signed_sizes) sizes[*rc::gen::inRange(0, count)] += 1.0;
  return sizes;
}

// Anything from a handful of ticks to the most an objective may have.
int64_t RandomTicks(bool signed_ticks) {
  const int bits = *rc::gen::inRange(1, 53);
  const int64_t ticks = *rc::gen::inRange<int64_t>(0, int64_t{1} << bits);
  return signed_ticks && *rc::gen::arbitrary<bool>() ? -ticks : ticks;
}

RC_GTEST_PROP(PhasingProperty, MonthsAddUpToTheYearAndNeverTakeBack, ()) {
  const Indicator accounts{.kind = IndicatorKind::kCount};
  const std::vector<double> sizes = RandomSizes(*rc::gen::inRange(1, 60), false);
  const int64_t ticks = RandomTicks(false);
  const std::vector<double> targets = CumulatedTargets(accounts, ticks, sizes);
  RC_ASSERT(targets.size() == sizes.size());
  int64_t before = 0, sum = 0;
  for (const int64_t cumulated : RoundCumulated(ticks, targets)) {
    RC_ASSERT(cumulated >= before);
    sum += cumulated - before;
    before = cumulated;
  }
  RC_ASSERT(sum == ticks);
}

RC_GTEST_PROP(PhasingProperty, EveryMonthIsWithinHalfATickOfItsShare, ()) {
  const bool is_net = *rc::gen::arbitrary<bool>();
  const Indicator indicator{.kind = is_net ? IndicatorKind::kNetFlow : IndicatorKind::kCount,
                            .rounding_step = 5.0};
  const std::vector<double> sizes = RandomSizes(*rc::gen::inRange(1, 25), is_net);
  const int64_t ticks = RandomTicks(is_net) % 1'000'000;
  const std::vector<double> targets = CumulatedTargets(indicator, ticks, sizes);
  const std::vector<int64_t> rounded = RoundCumulated(ticks, targets);
  RC_ASSERT(rounded.back() == ticks);
  for (size_t t = 0; t < rounded.size(); ++t) {
    RC_ASSERT(std::abs(static_cast<double>(rounded[t]) - targets[t]) <= 0.5 + 1e-6);
  }
}

RC_GTEST_PROP(PhasingProperty, ARegionAddsUpMonthByMonthWhenItsYearDoes, ()) {
  const Network network = SmallNetwork();
  const Window year{kJanuary, kJanuary + 11};
  std::vector<Objective> objectives;
  std::vector<std::vector<double>> sizes;
  int64_t total = 0;
  for (const char* unit : {"n1", "n2"}) {
    objectives.push_back({.unit = unit,
                          .indicator = "accounts",
                          .window = year,
                          .ticks = RandomTicks(false) % 100'000});
    sizes.push_back(RandomSizes(12, false));
    total += objectives.back().ticks;
  }
  objectives.push_back({.unit = "north", .indicator = "accounts", .window = year, .ticks = total});
  const auto phased = PhaseObjectives(network, objectives, [&](const ResolvedObjective& objective) {
    return sizes.at(objective.index);  // none for the region: it is never asked
  });
  RC_ASSERT(phased.ok());
  RC_ASSERT(phased->objectives.size() == 36u);
  // Canonical order: north, n1, n2, twelve windows each.
  for (int t = 0; t < 12; ++t) {
    const auto ticks = [&](int place) { return phased->objectives[place * 12 + t].ticks; };
    RC_ASSERT(ticks(0) == ticks(1) + ticks(2));
  }
}

}  // namespace
}  // namespace jalon::sim
