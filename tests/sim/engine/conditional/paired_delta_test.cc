// Differences between a run and its baseline.
#include "sim/engine/conditional/paired_delta.h"

#include <cmath>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "tests/sim/engine/conditional/kept_run.h"
#include "tests/sim/engine/conditional/kinds_bank.h"

namespace jalon::sim {
namespace {

// Everything uncertain, thresholds in the middle of what may happen.
TinyBank Bank(uint64_t seed) {
  TinyBank bank = MakeRandomBank(seed);
  for (size_t i = 0; i < bank.targets.size(); ++i) bank.targets[i].thresholds = {0.0};
  const KeptRun pilot = RunKept(bank, {.paths = 256});
  for (size_t i = 0; i < bank.targets.size(); ++i) {
    const TargetEstimate& estimate = pilot.last.estimates[i];
    bank.targets[i].thresholds = {std::round(estimate.mean),
                                  std::round(estimate.mean + estimate.standard_deviation)};
  }
  return bank;
}

TinyBank WithEvent(TinyBank bank, const Event& event) {
  bank.scenario.events.push_back(event);
  return bank;
}

bool IsZero(const Delta& delta) {
  return delta.value == 0.0 && delta.standard_error == 0.0 && delta.low == 0.0 && delta.high == 0.0;
}

TEST(PairedDeltaTest, ARunLessItselfIsNothingWithoutError) {
  for (const TinyBank& bank : {Bank(41), MakeKindsBank(42)}) {
    const KeptRun baseline = RunKept(bank);
    const PairedDeltas deltas = DeltasOf(baseline, RunVariant(bank, baseline));
    EXPECT_EQ(deltas.path_count, 1'024);
    EXPECT_TRUE(deltas.unmatched.empty());
    for (size_t i = 0; i < deltas.targets.size(); ++i) {
      const TargetDelta& target = deltas.targets[i];
      EXPECT_EQ(target.baseline_target, static_cast<int>(i));
      EXPECT_TRUE(IsZero(target.mean));
      for (const Delta& delta : target.probability) EXPECT_TRUE(IsZero(delta));
      if (target.probability.empty()) continue;
      EXPECT_EQ(target.knowledge_low, 0.0);
      EXPECT_EQ(target.knowledge_high, 0.0);
    }
  }
}

// How much smaller the error of a paired difference is than that of two separate errors: ratios of
// root mean squares over all targets, of means and of probabilities.
struct Gain {
  double mean = 0.0;
  double chance = 0.0;
};

Gain GainOf(uint64_t seed, double effect) {
  const TinyBank bank = Bank(seed);
  const TinyBank changed = WithEvent(bank, FixedEvent("lever", effect));
  const KeptRun baseline = RunKept(bank);
  const PairedDeltas deltas = DeltasOf(baseline, RunVariant(changed, baseline));
  const KeptRun other = RunKept(changed);
  const auto square = [](double x) { return x * x; };
  const auto error = [](const TargetEstimate& estimate, size_t j) {
    return 0.5 * (estimate.probability_high[j] - estimate.probability_low[j]) /
           StudentTInverseCdf(15.0, 0.975);
  };
  double paired[2] = {};
  double apart[2] = {};
  for (size_t i = 0; i < deltas.targets.size(); ++i) {
    const TargetEstimate& a = baseline.last.estimates[i];
    const TargetEstimate& b = other.last.estimates[i];
    const double scale = square(a.standard_deviation);
    paired[0] += square(deltas.targets[i].mean.standard_error) / scale;
    apart[0] += (square(a.mean_standard_error) + square(b.mean_standard_error)) / scale;
    for (size_t j = 0; j < a.probability.size(); ++j) {
      paired[1] += square(deltas.targets[i].probability[j].standard_error);
      apart[1] += square(error(a, j)) + square(error(b, j));
    }
  }
  return {.mean = std::sqrt(apart[0] / paired[0]), .chance = std::sqrt(apart[1] / paired[1])};
}

// Declared bounds of common random numbers: means under an event of 2 %, 5 times; probabilities,
// which jump where own noise is small, 3 times under one of 0.2 %, and no worse under 2 %.
TEST(PairedDeltaTest, KnowsASmallLeverFarBetterThanTwoErrorsWould) {
  for (const uint64_t seed : {43, 44, 45}) {
    const Gain small = GainOf(seed, -0.02);
    EXPECT_GT(small.mean, 5.0) << seed;
    EXPECT_GT(small.chance, 1.0) << seed;
    const Gain tiny = GainOf(seed, -0.002);
    EXPECT_GT(tiny.mean, 5.0) << seed;
    EXPECT_GT(tiny.chance, 3.0) << seed;
  }
}

// A tenth less of a mean that nothing moves.
TEST(PairedDeltaTest, IsExactWhereNothingIsUncertain) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 3, .mean = 50.0});
  bank.targets = {bank.YearOf("bank"), bank.YearOf("r1-b2")};
  const KeptRun baseline = RunKept(bank, {.paths = 256});
  const KeptRun run =
      RunVariant(WithEvent(bank, FixedEvent("tenth", -0.1)), baseline, {.paths = 256});
  const PairedDeltas deltas = DeltasOf(baseline, run);
  EXPECT_NEAR(deltas.targets[0].mean.value, -180.0, 1e-9);
  EXPECT_NEAR(deltas.targets[1].mean.value, -60.0, 1e-9);
  EXPECT_NEAR(deltas.targets[0].mean.standard_error, 0.0, 1e-9);
}

TEST(PairedDeltaTest, LeavesWhatALeverDoesNotTouchAsItIs) {
  const TinyBank bank = [] {
    TinyBank made = MakeTinyBank({.region_count = 2, .branches_per_region = 2, .mean = 40.0});
    made.model.national.laws[0].persistent_sd = 0.05;
    made.targets = {made.YearOf("bank"), made.YearOf("r1"), made.YearOf("r2")};
    for (Target& target : made.targets) target.thresholds = {960.0};
    return made;
  }();
  Event event = FixedEvent("in-one-region", -0.05);
  event.effect = {EffectLaw::Kind::kTriangular, -0.1, -0.05, 0.0};
  event.units = {"r1"};
  const KeptRun baseline = RunKept(bank);
  const PairedDeltas deltas = DeltasOf(baseline, RunVariant(WithEvent(bank, event), baseline));
  EXPECT_LT(deltas.targets[0].mean.high, 0.0);
  EXPECT_LT(deltas.targets[1].probability[0].high, 0.0);
  EXPECT_TRUE(IsZero(deltas.targets[2].mean));
  EXPECT_TRUE(IsZero(deltas.targets[2].probability[0]));
}

TEST(PairedDeltaTest, AddsUpOverTheTree) {
  const TinyBank bank = Bank(46);
  Event event = FixedEvent("shift", -0.1);
  event.units = {"r1"};
  const KeptRun baseline = RunKept(bank);
  const PairedDeltas deltas = DeltasOf(baseline, RunVariant(WithEvent(bank, event), baseline));
  const Network& network = bank.revision.network;
  const int k = network.indicator_count();
  for (int indicator = 0; indicator < k; ++indicator) {
    double sum = 0.0;
    double scale = 0.0;
    for (int unit = 0; unit < network.unit_count(); ++unit) {
      if (!network.is_leaf(unit)) continue;
      sum += deltas.targets[unit * k + indicator].mean.value;
      scale += std::fabs(baseline.last.estimates[unit * k + indicator].mean);
    }
    EXPECT_NEAR(deltas.targets[indicator].mean.value, sum, 1e-9 * (1.0 + scale));
  }
}

TEST(PairedDeltaTest, HasTheSameBitsOnAnyNumberOfThreads) {
  const TinyBank bank = Bank(47);
  const TinyBank variant = WithEvent(bank, FixedEvent("shift", -0.1));
  const auto deltas = [&](int threads) {
    const KeptRun baseline = RunKept(bank, {.paths = 512, .threads = threads});
    return DeltasOf(baseline, RunVariant(variant, baseline, {.paths = 512, .threads = threads}));
  };
  const PairedDeltas one = deltas(1);
  const PairedDeltas many = deltas(6);
  for (size_t i = 0; i < one.targets.size(); ++i) {
    EXPECT_EQ(one.targets[i].mean.value, many.targets[i].mean.value);
    EXPECT_EQ(one.targets[i].mean.standard_error, many.targets[i].mean.standard_error);
    EXPECT_EQ(one.targets[i].probability[0].value, many.targets[i].probability[0].value);
  }
}

// The paired answer and that of two separate runs with other seeds agree: 5 joint standard errors,
// false alarm 6e-7 a check.
TEST(PairedDeltaTest, AgreesWithTwoSeparateRuns) {
  TinyBank bank = Bank(48);
  TinyBank variant = WithEvent(bank, FixedEvent("shift", -0.1));
  const KeptRun baseline = RunKept(bank);
  const PairedDeltas deltas = DeltasOf(baseline, RunVariant(variant, baseline));
  bank.seed = 480;
  variant.seed = 481;
  const KeptRun without = RunKept(bank, {.paths = 4'096});
  const KeptRun with = RunKept(variant, {.paths = 4'096});
  for (size_t i = 0; i < deltas.targets.size(); ++i) {
    const TargetEstimate& a = without.last.estimates[i];
    const TargetEstimate& b = with.last.estimates[i];
    const double error =
        std::sqrt(a.mean_standard_error * a.mean_standard_error +
                  b.mean_standard_error * b.mean_standard_error +
                  deltas.targets[i].mean.standard_error * deltas.targets[i].mean.standard_error);
    EXPECT_NEAR(deltas.targets[i].mean.value, b.mean - a.mean, 5.0 * error + 1e-9);
  }
}

// -------------------------------------------------------------------------------------- matching

TEST(PairedDeltaTest, SaysWhatHasNoCounterpart) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 2, .mean = 40.0});
  bank.targets = {bank.YearOf("bank"), bank.YearOf("r1")};
  const KeptRun baseline = RunKept(bank, {.paths = 256});
  bank.targets = {bank.YearOf("r1-b1"), bank.YearOf("bank")};
  bank.targets[0].thresholds = {480.0};
  const PairedDeltas deltas = DeltasOf(baseline, RunVariant(bank, baseline, {.paths = 256}));
  EXPECT_EQ(deltas.targets[0].baseline_target, -1);
  EXPECT_TRUE(std::isnan(deltas.targets[0].mean.value));
  ASSERT_EQ(deltas.targets[0].probability.size(), 1u);
  EXPECT_TRUE(std::isnan(deltas.targets[0].probability[0].value));
  EXPECT_EQ(deltas.targets[1].baseline_target, 0);
  EXPECT_EQ(deltas.unmatched, std::vector<int>{1});
}

TEST(PairedDeltaTest, FindsTheSamePairsWhateverTheOrder) {
  const TinyBank bank = MakeRandomBank(46);
  const Network& network = bank.revision.network;
  // One node twice: the first is the first's, the second the second's.
  std::vector<Target> targets = bank.targets;
  targets.push_back(targets.front());
  const TargetIdentities identities = IdentitiesOf(network, targets);
  std::vector<Target> turned(targets.rbegin(), targets.rend());
  const std::vector<int> same = CounterpartsOf(identities, identities);
  const std::vector<int> counterparts = CounterpartsOf(IdentitiesOf(network, turned), identities);
  const int last = static_cast<int>(targets.size()) - 1;
  ASSERT_GT(last, 1);
  for (int i = 0; i <= last; ++i) {
    EXPECT_EQ(same[i], i);
    const bool is_twin = i == 0 || i == last;
    EXPECT_EQ(counterparts[i], is_twin ? i : last - i);
  }
}

TEST(PairedDeltaTest, MatchesThresholdsByValueOrByObjective) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 2, .mean = 40.0});
  bank.targets = {bank.YearOf("bank")};
  bank.targets[0].thresholds = {950.0, 1'000.0};
  const KeptRun baseline = RunKept(bank, {.paths = 256});
  bank.targets[0].thresholds = {1'000.0};
  const KeptRun run = RunVariant(bank, baseline, {.paths = 256});
  const TargetDelta by_value =
      DeltasOf(baseline, run, {.thresholds = ThresholdMatch::kByValue}).targets[0];
  EXPECT_EQ(by_value.baseline_threshold[0], 1);
  EXPECT_TRUE(IsZero(by_value.probability[0]));
  const TargetDelta by_objective = DeltasOf(baseline, run).targets[0];
  EXPECT_EQ(by_objective.baseline_threshold[0], 0);
  EXPECT_LT(by_objective.probability[0].value, -0.1);
}

TEST(PairedDeltaTest, RefusesOtherPaths) {
  const TinyBank bank = Bank(49);
  const KeptRun baseline = RunKept(bank, {.paths = 256});
  const KeptRun longer = RunVariant(bank, baseline, {.paths = 1'024});
  EXPECT_TRUE(absl::IsInvalidArgument(PairDeltas(baseline.side(), longer.side(), {}).status()));
}

// ------------------------------------------------------------------------------- what is sampled

TEST(PairedDeltaTest, PairsWholePathsToo) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 2, .mean = 40.0});
  for (size_t i = 0; i < bank.model.series.size(); ++i) {
    bank.model.series[i].link = Link::kSqrt;
    bank.model.level.mean[i] = std::sqrt(40.0);
  }
  bank.targets = {bank.YearOf("bank"), bank.YearOf("r1-b1")};
  for (Target& target : bank.targets) target.thresholds = {960.0, 480.0};
  const KeptRun baseline = RunKept(bank, {.paths = 256});
  ASSERT_EQ(baseline.last.laws[0], LawUsed::kSampled);
  const PairedDeltas same = DeltasOf(baseline, RunVariant(bank, baseline, {.paths = 256}));
  EXPECT_TRUE(IsZero(same.targets[0].mean));
  EXPECT_TRUE(IsZero(same.targets[1].probability[1]));
  const KeptRun run =
      RunVariant(WithEvent(bank, FixedEvent("tenth", -0.1)), baseline, {.paths = 256});
  const TargetDelta changed = DeltasOf(baseline, run).targets[0];
  EXPECT_NEAR(changed.mean.value, -96.0, 10.0);
  EXPECT_LT(changed.mean.high, 0.0);
  EXPECT_TRUE(std::isnan(changed.knowledge_low));
}

// ------------------------------------------------------------------------------ what is not known

// Forty branches of counts, one factor on all levels: given z, the year has mean
// 24,000 exp(loading z - loading^2 / 2) and, counts being Poisson, that variance.
constexpr double kLoading = 0.02;

TinyBank FactorBank() {
  TinyBank bank = MakeTinyBank({.region_count = 4, .branches_per_region = 10, .mean = 50.0});
  bank.model.level.rank = 1;
  bank.model.level.shared_factor.assign(bank.model.series.size(), kLoading);
  bank.targets = {bank.YearOf("bank")};
  bank.targets[0].thresholds = {24'000.0};
  return bank;
}

double Chance(double z, double effect) {
  const double mean =
      24'000.0 * (1.0 + effect) * std::exp(kLoading * z - 0.5 * kLoading * kLoading);
  return NormalCdf((mean - 23'999.5) / std::sqrt(mean));
}

TEST(PairedDeltaTest, KnowsWhatParametersDoToADifference) {
  const TinyBank bank = FactorBank();
  const KeptRun baseline = RunKept(bank);
  const KeptRun run = RunVariant(WithEvent(bank, FixedEvent("hundredth", -0.01)), baseline);
  const TargetDelta delta = DeltasOf(baseline, run).targets[0];
  // Percentiles of the difference over z.
  std::vector<double> differences;
  for (int k = 0; k < 2'000; ++k) {
    const double z = NormalInverseCdf((k + 0.5) / 2'000.0);
    differences.push_back(Chance(z, -0.01) - Chance(z, 0.0));
  }
  std::sort(differences.begin(), differences.end());
  EXPECT_NEAR(delta.knowledge_low, differences[200], 0.03);
  EXPECT_NEAR(delta.knowledge_high, differences[1'800], 0.03);
  EXPECT_LE(delta.knowledge_high, 0.01);
}

TEST(PairedDeltaTest, DoesNotEstablishAnEffectThatMayGoEitherWay) {
  const TinyBank bank = FactorBank();
  Event event = FixedEvent("either-way", 0.0);
  event.effect = {EffectLaw::Kind::kTriangular, -0.03, 0.0, 0.03};
  const KeptRun baseline = RunKept(bank);
  const TargetDelta delta =
      DeltasOf(baseline, RunVariant(WithEvent(bank, event), baseline)).targets[0];
  EXPECT_LT(delta.knowledge_low, -0.05);
  EXPECT_GT(delta.knowledge_high, 0.05);
}

}  // namespace
}  // namespace jalon::sim
