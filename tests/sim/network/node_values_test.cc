#include "sim/network/node_values.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/network/derived_effects.h"
#include "tests/sim/network/kinds_network.h"

namespace jalon::sim {
namespace {

constexpr int kAccounts = 0, kDeposits = 1, kEquipment = 2, kHolders = 4, kInterest = 5;
const Period kFirst{Frequency::kMonth, 1500};

NodeRange At(const Revision& revision, int indicator, int unit) {
  return RangeOf(revision.network, indicator, unit, 0);
}

TEST(NodeValuesTest, ARatioOfAParentIsSumOverSum) {
  const Revision revision = KindsRevision();
  const Window window{kFirst, kFirst + 11};
  const auto at_root = RealisedValues(revision, At(revision, kEquipment, 0), window);
  const auto above = RealisedValues(revision, At(revision, kAccounts, 0), window);
  const auto below = RealisedValues(revision, At(revision, kHolders, 0), window);
  for (int t = 0; t < 12; ++t) EXPECT_EQ(at_root[t], above[t] / below[t]);
  double sum = 0.0;
  for (const double value : above) sum += value;
  EXPECT_EQ(RealisedOver(revision, At(revision, kEquipment, 0), window), sum / below[11]);
}

TEST(NodeValuesTest, ADenominatorOfZeroLeavesNoRatio) {
  NetworkSpec spec = KindsSpec();
  for (Indicator& indicator : spec.indicators) {
    if (indicator.id == "equipment") indicator.denominator = "accounts";
  }
  const Revision revision = KindsRevision(spec);
  const auto accounts = RealisedValues(revision, At(revision, kAccounts, 2), {kFirst, kFirst + 23});
  const auto ratio = RealisedValues(revision, At(revision, kEquipment, 2), {kFirst, kFirst + 23});
  int zeros = 0;
  for (int t = 0; t < 24; ++t) {
    EXPECT_EQ(std::isnan(ratio[t]), accounts[t] == 0);
    zeros += accounts[t] == 0 ? 1 : 0;
  }
  EXPECT_GT(zeros, 0);
}

TEST(NodeValuesTest, ADerivedIndicatorAddsOverUnits) {
  const Revision revision = KindsRevision();
  const Window window{kFirst + 1, kFirst + 23};
  const auto root = RealisedValues(revision, At(revision, kInterest, 0), window);
  std::vector<double> sum(window.size(), 0.0);
  for (int u = 0; u < revision.network.unit_count(); ++u) {
    if (!revision.network.is_leaf(u)) continue;
    const auto leaf = RealisedValues(revision, At(revision, kInterest, u), window);
    for (int t = 0; t < window.size(); ++t) sum[t] += leaf[t];
  }
  for (int t = 0; t < window.size(); ++t) EXPECT_NEAR(root[t], sum[t], 1e-9 * std::fabs(sum[t]));
}

TEST(NodeValuesTest, ADerivedIndicatorIsItsExpression) {
  const Revision revision = KindsRevision();
  const Window window{kFirst + 5, kFirst + 5};
  const auto deposits =
      RealisedValues(revision, At(revision, kDeposits, 2), {kFirst + 4, kFirst + 5});
  const auto accounts = RealisedValues(revision, At(revision, kAccounts, 2), window);
  const double rate = (3.0 + 0.125 * 5) - 1.0;
  const double expected = 0.5 * (deposits[0] + deposits[1]) * rate / 1200 + 0.5 * accounts[0];
  EXPECT_NEAR(RealisedOver(revision, At(revision, kInterest, 2), window), expected,
              1e-12 * expected);
}

TEST(NodeValuesTest, AStockIsItsLastLevelOrTheMeanOfItsLevels) {
  NetworkSpec spec = KindsSpec();
  const Window window{kFirst, kFirst + 3};
  const Revision last = KindsRevision(spec);
  const auto levels = RealisedValues(last, At(last, kDeposits, 0), window);
  EXPECT_EQ(RealisedOver(last, At(last, kDeposits, 0), window), levels[3]);
  for (Indicator& indicator : spec.indicators) {
    if (indicator.id == "deposits") indicator.aggregation = Aggregation::kMean;
  }
  const Revision mean = KindsRevision(spec);
  EXPECT_EQ(RealisedOver(mean, At(mean, kDeposits, 0), window),
            (levels[0] + levels[1] + levels[2] + levels[3]) / 4);
}

TEST(NodeValuesTest, AMeanWithoutAnOpeningIsMissing) {
  const Revision revision = KindsRevision();
  EXPECT_TRUE(
      std::isnan(RealisedValues(revision, At(revision, kInterest, 0), {kFirst, kFirst})[0]));
}

DerivedEffects Split(const Revision& revision, int unit, const DerivedChange& change) {
  const auto sums = [&](const NodeRange& range, const Window& window) {
    return SumRealised(revision.realisations, range, window);
  };
  return *SplitChange({revision, sums}, At(revision, kInterest, unit), change);
}

const DerivedChange kYears{{kFirst + 13, kFirst + 23}, {kFirst + 1, kFirst + 11}, ""};

TEST(DerivedEffectsTest, EffectsAddUpToTheChange) {
  const Revision revision = KindsRevision();
  for (int u = 0; u < revision.network.unit_count(); ++u) {
    const DerivedEffects e = Split(revision, u, kYears);
    EXPECT_EQ(e.value, RealisedOver(revision, At(revision, kInterest, u), kYears.window));
    EXPECT_NEAR(e.volume + e.reference_rate + e.margin, e.value - e.against_value,
                1e-12 * std::fabs(e.value));
    EXPECT_NE(e.volume, 0.0);
    EXPECT_GT(e.reference_rate, 0.0);
  }
}

TEST(DerivedEffectsTest, EffectsAddOverUnits) {
  const Revision revision = KindsRevision();
  const DerivedEffects north = Split(revision, 1, kYears), south = Split(revision, 4, kYears);
  const DerivedEffects bank = Split(revision, 0, kYears);
  EXPECT_NEAR(north.volume + south.volume, bank.volume, 1e-9);
  EXPECT_NEAR(north.reference_rate + south.reference_rate, bank.reference_rate, 1e-9);
  EXPECT_NEAR(north.margin + south.margin, bank.margin, 1e-9);
}

TEST(DerivedEffectsTest, TurningTheWindowsRoundTurnsEveryEffectRound) {
  const Revision revision = KindsRevision();
  const DerivedEffects there = Split(revision, 0, kYears);
  const DerivedEffects back = Split(revision, 0, {kYears.against, kYears.window, ""});
  EXPECT_NEAR(there.volume, -back.volume, 1e-9);
  EXPECT_NEAR(there.reference_rate, -back.reference_rate, 1e-9);
  EXPECT_NEAR(there.margin, -back.margin, 1e-9);
}

TEST(DerivedEffectsTest, WithoutAChangeOfDriversAllIsVolume) {
  Revision revision = KindsRevision();
  for (Driver& driver : revision.drivers.drivers) driver.values.assign(24, 2.0);
  revision.drivers.drivers[1].values.assign(24, 3.5);
  const DerivedEffects e = Split(revision, 0, kYears);
  EXPECT_NEAR(e.volume, e.value - e.against_value, 1e-9);
  EXPECT_NEAR(e.reference_rate, 0.0, 1e-9);
  EXPECT_NEAR(e.margin, 0.0, 1e-9);
}

TEST(DerivedEffectsTest, ANamedReferenceSwapsTheTwoRateEffects) {
  const Revision revision = KindsRevision();
  const DerivedEffects first = Split(revision, 0, kYears);
  DerivedChange change = kYears;
  change.reference_driver = "client_rate";
  const DerivedEffects second = Split(revision, 0, change);
  EXPECT_NEAR(first.reference_rate, second.margin, 1e-9);
  EXPECT_NEAR(first.margin, second.reference_rate, 1e-9);
}

TEST(DerivedEffectsTest, SaysNothingWhereSomethingIsMissing) {
  const Revision revision = KindsRevision();
  const DerivedEffects e =
      Split(revision, 0, {{kFirst + 12, kFirst + 23}, {kFirst, kFirst + 11}, ""});
  EXPECT_TRUE(std::isnan(e.value));
  EXPECT_TRUE(std::isnan(e.margin));
}

TEST(DerivedEffectsTest, ListsEveryBadArgument) {
  const Revision revision = KindsRevision();
  const auto none = [](const NodeRange&, const Window& window) {
    return std::vector<double>(window.size());
  };
  const auto status = SplitChange({revision, none}, At(revision, kAccounts, 0),
                                  {{kFirst, kFirst + 11}, {kFirst, kFirst + 10}, "rain"})
                          .status();
  const Violations violations = ViolationsFromStatus(status);
  EXPECT_TRUE(HasViolation(violations, "indicator", "NOT_DERIVED"));
  EXPECT_TRUE(HasViolation(violations, "against", "SIZE_MISMATCH"));
  EXPECT_TRUE(HasViolation(violations, "reference_driver", "NOT_IN_EXPRESSION"));
}

}  // namespace
}  // namespace jalon::sim
