// Eliminations in ratios and derived indicators, against a naive twin: cells of every branch and
// month added up with the lines written out.
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

constexpr int kPaths = 32;
const Period kAsOf = Period::Month(2025, 12);
const std::vector<std::string> kLeaves = {"r1-b1", "r1-b2", "r2-b1", "r2-b2"};
const std::vector<std::string> kParts = {"k1", "k2", "s-deposits"};

// Two regions of two branches; sales, premiums and deposits are credited twice, by amounts that
// change from month to month.
TinyBank CreditedKinds() {
  TinyBank bank = MakeTinyBank(
      {.region_count = 2,
       .branches_per_region = 2,
       .kinds = {IndicatorKind::kAmount, IndicatorKind::kAmount},
       .mean = 40.0,
       .others = {StockOf("s-deposits", Measure::kMoney, {"k1"}),
                  DerivedOf("t-income", "mean(s-deposits) * (yield - 1) / 1200 + 0.3 * k2"),
                  DerivedOf("t-yield", "k2 * yield"), RatioOf("u-rate", "k1", "s-deposits"),
                  RatioOf("u-share", "t-income", "k1")},
       .stock = 900.0});
  AddRate(bank, "yield", 3.0, 0.3);
  for (int month = 1; month <= 12; ++month) {
    const Period period = Period::Month(2025, month);
    bank.SetRealised("r1-b1", "k1", period, 30.0 + month);
    bank.SetRealised("r2-b2", "s-deposits", period, 700.0 + 10.0 * month);
    for (const std::string& part : kParts) {
      const double size = part == "s-deposits" ? 50.0 : 4.0;
      bank.revision.credit.eliminations.push_back({"bank", "all", part, period, -size - month});
      bank.revision.credit.eliminations.push_back(
          {"r1", "all", part, period, month == 7 ? 0.0 : -0.5 * size + 0.1 * month});
    }
  }
  return bank;
}

// Adds up what the engine draws for single branches and months.
class Twin {
 public:
  explicit Twin(TinyBank& bank) : bank_(bank) {}

  // Asks for every cell and rate of a window.
  void Ask(const Window& window) {
    for (Period t = window.first; t <= window.last; t = t + 1) {
      for (const std::string& leaf : kLeaves) {
        for (const std::string& part : kParts) Ask(leaf, part, t);
      }
      Ask("r2-b1", "t-yield", t);
    }
  }
  void Simulate() { values_ = TargetPaths(bank_.plan(), kPaths); }
  const std::vector<std::vector<double>>& values() const { return values_; }

  double Part(const std::string& unit, const std::string& part, Period t, int path) const {
    double sum = Children(unit, part, t, path);
    for (const std::string place : {"bank", "r1"}) {
      if (unit == "bank" || unit == place) sum += Elimination(place, part, t, path);
    }
    return sum;
  }
  double Sum(const std::string& unit, const std::string& part, const Window& window,
             int path) const {
    double sum = 0.0;
    for (Period t = window.first; t <= window.last; t = t + 1) sum += Part(unit, part, t, path);
    return sum;
  }
  double Income(const std::string& unit, const Window& window, int path) const {
    double sum = 0.0;
    for (Period t = window.first; t <= window.last; t = t + 1) {
      const double yield = Cell("r2-b1", "t-yield", t, path) / Cell("r2-b1", "k2", t, path);
      const double deposits =
          0.5 * (Part(unit, "s-deposits", t - 1, path) + Part(unit, "s-deposits", t, path));
      sum += deposits * (yield - 1.0) / 1200.0 + 0.3 * Part(unit, "k2", t, path);
    }
    return sum;
  }

 private:
  void Ask(const std::string& unit, const std::string& indicator, Period t) {
    places_[{unit, indicator, t}] = bank_.targets.size();
    bank_.targets.push_back(bank_.For(unit, indicator, {t, t}));
  }
  double Cell(const std::string& unit, const std::string& indicator, Period t, int path) const {
    return values_[places_.at({unit, indicator, t})][path];
  }
  double Children(const std::string& unit, const std::string& part, Period t, int path) const {
    double sum = 0.0;
    for (const std::string& leaf : kLeaves) {
      if (unit == "bank" || leaf.starts_with(unit)) sum += Cell(leaf, part, t, path);
    }
    return sum;
  }
  double Declared(const std::string& place, const std::string& part, Period t) const {
    for (const CreditCell& cell : bank_.revision.credit.eliminations) {
      if (cell.unit == place && cell.indicator == part && cell.period == t) return cell.value;
    }
    return 0.0;
  }
  // As declared up to as_of; afterwards in the proportion of 2025, at its own level without one.
  double Elimination(const std::string& place, const std::string& part, Period t, int path) const {
    if (t <= kAsOf) return Declared(place, part, t);
    double eliminated = 0.0;
    double children = 0.0;
    for (int month = 1; month <= 12; ++month) {
      eliminated += Declared(place, part, Period::Month(2025, month));
      children += Children(place, part, Period::Month(2025, month), path);
    }
    if (children == 0.0) return eliminated / 12.0;
    return eliminated / children * Children(place, part, t, path);
  }

  TinyBank& bank_;
  std::map<std::tuple<std::string, std::string, Period>, size_t> places_;
  std::vector<std::vector<double>> values_;
};

void ExpectClose(double value, double twin) {
  EXPECT_NEAR(value, twin, 1e-9 * std::fabs(twin) + 1e-12);
}

// Ratios and derived indicators of four nodes over four windows, as the twin adds them up.
void ExpectSumsWithEliminations(TinyBank bank) {
  const std::vector<Window> windows = {
      Year(2026),
      {Period::Month(2025, 4), Period::Month(2025, 11)},
      {Period::Month(2025, 6), Period::Month(2026, 5)},
      {Period::Month(2026, 1), Period::Month(2026, 1)},
  };
  const std::vector<std::string> units = {"bank", "r1", "r2", "r1-b2"};
  for (const std::string& unit : units) {
    for (const Window& window : windows) {
      for (const char* id : {"t-income", "u-rate", "u-share"}) {
        bank.targets.push_back(bank.For(unit, id, window));
      }
    }
  }
  Twin twin(bank);
  twin.Ask({Period::Month(2025, 1), Period::Month(2026, 12)});
  twin.Simulate();
  for (int path = 0; path < kPaths; ++path) {
    size_t target = 0;
    for (const std::string& unit : units) {
      for (const Window& window : windows) {
        const double income = twin.Income(unit, window, path);
        const double sales = twin.Sum(unit, "k1", window, path);
        const double deposits = twin.Part(unit, "s-deposits", window.last, path);
        ExpectClose(twin.values()[target++][path], income);
        ExpectClose(twin.values()[target++][path], sales / deposits);
        ExpectClose(twin.values()[target++][path], income / sales);
      }
    }
  }
}

TEST(EliminationKindsTest, RatiosAndDerivedIndicatorsAreMadeOfSumsWithEliminations) {
  ExpectSumsWithEliminations(CreditedKinds());
}

TEST(EliminationKindsTest, SumsOfZeroCarryTheirEliminationsAtTheirOwnLevel) {
  TinyBank bank = CreditedKinds();
  for (const char* branch : {"r1-b1", "r1-b2"}) {
    for (int month = 1; month <= 12; ++month) {
      bank.SetRealised(branch, "k2", Period::Month(2025, month), 0.0);
    }
    bank.SetRealised(branch, "s-deposits", Period::Month(2025, 9), 0.0);
  }
  ExpectSumsWithEliminations(std::move(bank));
}

TEST(EliminationKindsTest, TheVariationOfARatioStartsFromARatioWithEliminations) {
  TinyBank bank = CreditedKinds();
  bank.targets = {OnVariation(bank.revision, bank.For("bank", "u-rate"), 0.05, {1.0})};
  Twin twin(bank);
  twin.Ask({Period::Month(2024, 12), Period::Month(2026, 12)});
  twin.Simulate();
  const Plan plan = bank.plan();
  const PathReplay path = *ReplayPath(plan, 0);
  ExpectClose(path.parts[plan.target_parts[0].opening_part],
              twin.Sum("bank", "k1", Year(2025), 0) / twin.Part("bank", "s-deposits", kAsOf, 0));
}

TEST(EliminationKindsTest, ASmallerDenominatorMakesALargerRatio) {
  TinyBank with = CreditedKinds();
  std::erase_if(with.revision.credit.eliminations,
                [](const CreditCell& cell) { return cell.indicator != "s-deposits"; });
  TinyBank without = with;
  without.revision.credit = {};
  with.targets = without.targets = {with.For("bank", "u-rate"), with.For("r2", "u-rate")};
  const auto more = TargetPaths(with.plan(), kPaths);
  const auto less = TargetPaths(without.plan(), kPaths);
  for (int path = 0; path < kPaths; ++path) EXPECT_GT(more[0][path], 1.02 * less[0][path]);
  EXPECT_EQ(more[1], less[1]) << "the second region has no elimination of its own";
}

}  // namespace
}  // namespace jalon::sim
