// Sums that hold eliminations: as declared up to as_of, in proportion afterwards.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/mean_path.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

// Amounts of 100 a month in four branches without noise worth speaking of; 20 a month of the bank's
// and 10 of the first region's are credited twice in 2025.
TinyBank CreditedBank() {
  TinyBank bank = MakeTinyBank({.region_count = 2,
                                .branches_per_region = 2,
                                .kinds = {IndicatorKind::kAmount},
                                .mean = 100.0});
  for (ModelSeries& series : bank.model.series) series.dispersion = 1e-12;
  for (int month = 1; month <= 12; ++month) {
    const Period period = Period::Month(2025, month);
    bank.revision.credit.eliminations.push_back({"bank", "all", "k1", period, -20.0});
    bank.revision.credit.eliminations.push_back({"r1", "all", "k1", period, -10.0});
  }
  return bank;
}

double Value(TinyBank bank, const Target& target) {
  bank.targets = {target};
  return std::round(ReplayPath(bank.plan(), 0)->target_values[0] * 1e3) / 1e3;
}

TEST(EliminationTest, StaysInProportionToItsChildrenAfterAsOf) {
  const TinyBank bank = CreditedBank();
  EXPECT_EQ(Value(bank, bank.YearOf("r2")), 2400.0);
  EXPECT_EQ(Value(bank, bank.YearOf("r1")), 2400.0 - 120.0);
  EXPECT_EQ(Value(bank, bank.YearOf("bank")), 4800.0 - 120.0 - 240.0);
  EXPECT_EQ(Value(bank, bank.YearOf("r1-b1")), 1200.0) << "a branch has none";
}

TEST(EliminationTest, FollowsWhatHappensToItsChildren) {
  TinyBank bank = CreditedBank();
  bank.scenario.events = {FixedEvent("crisis", -0.5)};
  EXPECT_EQ(Value(bank, bank.YearOf("bank")), 0.5 * (4800.0 - 120.0 - 240.0));
}

TEST(EliminationTest, IsAsDeclaredInRealisedMonths) {
  TinyBank bank = CreditedBank();
  // One month of the past is unlike the others.
  bank.revision.credit.eliminations[0].value = -50.0;
  EXPECT_EQ(Value(bank, bank.On("bank", Year(2025))), 4800.0 - 270.0 - 120.0);
  const Window landing{Period::Month(2025, 1), Period::Month(2026, 12)};
  EXPECT_NEAR(Value(bank, bank.On("bank", landing)), 2.0 * (4800.0 - 270.0 - 120.0), 2e-3);
}

// The first region sold nothing in 2025, and 120 of its sales were credited twice all the same.
TinyBank BankWithoutProportion() {
  TinyBank bank = CreditedBank();
  for (int month = 1; month <= 12; ++month) {
    for (const char* branch : {"r1-b1", "r1-b2"}) {
      bank.SetRealised(branch, "k1", Period::Month(2025, month), 0.0);
    }
  }
  return bank;
}

TEST(EliminationTest, IsCarriedAtItsOwnLevelWhereChildrenSumToZero) {
  const TinyBank bank = BankWithoutProportion();
  EXPECT_EQ(Value(bank, bank.On("r1", Year(2025))), -120.0) << "as declared";
  EXPECT_EQ(Value(bank, bank.YearOf("r1")), 2400.0 - 120.0);
  const Window half{Period::Month(2025, 7), Period::Month(2026, 6)};
  EXPECT_EQ(Value(bank, bank.On("r1", half)), 1200.0 - 60.0 - 60.0);
}

// The first region has eliminations of figures that it does not have.
TinyBank BankWithoutFigures() {
  TinyBank bank = BankWithoutProportion();
  for (int month = 1; month <= 12; ++month) {
    for (const char* branch : {"r1-b1", "r1-b2"}) {
      bank.SetRealised(branch, "k1", Period::Month(2025, month),
                       std::numeric_limits<double>::quiet_NaN());
    }
  }
  return bank;
}

TEST(EliminationTest, IsNoneWhereNoChildHasAValue) {
  const TinyBank bank = BankWithoutFigures();
  EXPECT_EQ(Value(bank, bank.YearOf("r1")), 2400.0) << "a figure that does not exist has no share";
}

// What is expected of a unit in each period of `window`.
std::vector<double> Expected(TinyBank bank, const std::string& unit, const Window& window) {
  bank.targets = {bank.On(unit, window)};
  const auto path = MakeMeanPath(bank.input());
  EXPECT_TRUE(path.ok()) << path.status();
  return path->Sum(bank.revision.realisations, bank.targets[0].range, window);
}

TEST(EliminationTest, IsInTheExpectedPathAsInEveryOther) {
  for (TinyBank bank : {CreditedBank(), BankWithoutProportion(), BankWithoutFigures()}) {
    // The first region's year is not the second's: it sells more in March, less in September.
    bank.model.season.mean[2] = 0.4;
    bank.model.season.mean[8] = -0.4;
    for (const char* unit : {"bank", "r1", "r2", "r1-b1"}) {
      const std::vector<double> expected = Expected(bank, unit, Year(2026));
      for (int t = 0; t < 12; ++t) {
        const Period month = Period::Month(2026, t + 1);
        EXPECT_NEAR(expected[t], Value(bank, bank.On(unit, {month, month})), 2e-3)
            << unit << " " << t;
      }
    }
  }
}

TEST(EliminationTest, IsExpectedInRealisedMonthsWhateverTheirOwn) {
  TinyBank bank = CreditedBank();
  // December's of the bank: the year's are 270 of 4800, and 120 of the first region's 2400.
  bank.revision.credit.eliminations[22].value = -50.0;
  const Window window{Period::Month(2025, 11), Period::Month(2026, 2)};
  for (const double month : Expected(bank, "bank", window)) {
    EXPECT_NEAR(month, 400.0 * (1.0 - 270.0 / 4800.0) - 10.0, 1e-6);
  }
}

TEST(EliminationTest, LeavesOtherTargetsTheirBits) {
  TinyBank with = CreditedBank();
  TinyBank without = with;
  without.revision.credit = {};
  with.targets = without.targets = {with.YearOf("r2"), with.YearOf("r1-b1")};
  EXPECT_EQ(TargetPaths(with.plan(), 16), TargetPaths(without.plan(), 16));
}

}  // namespace
}  // namespace jalon::sim
