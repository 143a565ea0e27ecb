// A second simulation of stocks, ratios and derived indicators, written from the equations of
// sim/model/model.h with the standard library's generator and libm, on random networks against the
// engine. Means and shares are compared at 4 standard errors of the difference: false alarm 6e-5
// per check, about 400 checks, so 2.5 % for fresh seeds; the seeds are fixed.
#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

constexpr int kPaths = 4'096;
constexpr int kMonths = 12;

// Indices of the indicators below, in canonical order.
enum { kAccounts, kPremiums, kCustomers, kDeposits, kIncome, kRate, kIndicators };
const char* const kIds[] = {"k1", "k2", "s-customers", "s-deposits", "t-income", "t-rate"};

// A random network whose parameters both sides read.
struct Case {
  TinyBank bank;
  int regions = 1;
  int branches = 1;
  double driver_sd = 0.2;
  double beta = 0.002;
  double event = -0.3;
};

Case RandomCase(uint64_t seed) {
  std::mt19937_64 engine(seed);
  const auto between = [&](double low, double high) {
    return low + (high - low) * (engine() >> 11) * 0x1p-53;
  };
  const int regions = 1 + static_cast<int>(engine() % 2);
  const int branches = 1 + static_cast<int>(engine() % 3);
  Case made{
      .bank = MakeTinyBank(
          {.region_count = regions,
           .branches_per_region = branches,
           .kinds = {IndicatorKind::kCount, IndicatorKind::kAmount},
           .mean = between(1.0, 15.0),
           .others = {StockOf(kIds[kCustomers], Measure::kCount, {"k1"}),
                      StockOf(kIds[kDeposits], Measure::kMoney, {}, {"k2"}),
                      DerivedOf(kIds[kIncome], "mean(s-deposits) * (yield - 1) / 1200 + 0.3 * k1"),
                      RatioOf(kIds[kRate], "k1", "s-customers")},
           .stock = std::round(between(30.0, 400.0))}),
      .regions = regions,
      .branches = branches};
  Model& model = made.bank.model;
  AddDriver(made.bank, {.id = "yield",
                        .value = 3.0,
                        .sd = made.driver_sd,
                        .beta = made.beta,
                        .indicator = kDeposits});
  for (int k = 0; k < kRate; ++k) {
    const double size = k < kCustomers ? 0.1 : 0.01;
    model.national.laws[k] = {.autoregression = between(0.0, 0.9),
                              .innovation_sd = between(0.0, size),
                              .persistent_sd = between(0.0, size)};
    model.regional.laws[k].persistent_sd = between(0.0, size);
    model.branch_loading[k] = between(0.0, size);
  }
  for (size_t i = 0; i < model.series.size(); ++i) {
    ModelSeries& series = model.series[i];
    const bool stock = series.law == Law::kStock;
    model.level.mean[i] += stock ? between(-0.03, 0.02) : between(-0.3, 0.3);
    series.series_effect_sd = between(0.0, stock ? 0.01 : 0.1);
    series.dispersion = stock ? between(0.0, 4.0) : between(1.2, 2.5);
  }
  Event event = FixedEvent("reform", made.event);
  event.indicators = {kIds[kDeposits]};
  made.bank.scenario.events = {event};
  for (const char* unit : {"bank", "r1-b1"}) {
    for (const char* id : kIds) made.bank.targets.push_back(made.bank.For(unit, id));
  }
  return made;
}

// Draws the equations, path after path.
class Brute {
 public:
  Brute(const Case& made, uint64_t seed) : case_(made), model_(made.bank.model), engine_(seed) {}

  // Values of the case's targets.
  std::vector<double> Path() {
    DrawShared();
    for (int r = 1; r <= case_.regions; ++r) {
      for (int b = 1; b <= case_.branches; ++b) AddBranch(r, b);
    }
    std::vector<double> out;
    for (const Totals* node : {&bank_, &first_}) {
      out.insert(out.end(),
                 {node->accounts, node->premiums, node->customers, node->deposits,
                  node->interest + 0.3 * node->accounts, node->accounts / node->customers});
    }
    return out;
  }

 private:
  struct Totals {
    double accounts = 0.0, premiums = 0.0, customers = 0.0, deposits = 0.0, interest = 0.0;
  };

  double Normal() { return normal_(engine_); }
  double Uniform() { return std::uniform_real_distribution<double>()(engine_); }

  // [month] of a latent.
  std::vector<double> Latent(const LatentLaw& law) {
    const double shock = law.persistent_sd * Normal();
    std::vector<double> path;
    double x = 0.0;
    for (int t = 0; t < kMonths; ++t) {
      x = law.autoregression * x + law.innovation_sd * Normal();
      path.push_back(x + shock);
    }
    return path;
  }

  static double LatentVariance(const LatentLaw& law, int month) {
    double variance = 0.0;
    for (int t = 0; t <= month; ++t) {
      variance = law.autoregression * law.autoregression * variance +
                 law.innovation_sd * law.innovation_sd;
    }
    return variance + law.persistent_sd * law.persistent_sd;
  }

  void DrawShared() {
    bank_ = first_ = {};
    yield_.clear();
    double value = 3.0;
    for (int t = 0; t < kMonths; ++t) yield_.push_back(value += case_.driver_sd * Normal());
    national_.clear();
    regional_.clear();
    for (int k = 0; k < kIncome; ++k) {
      national_.push_back(Latent(model_.national.laws[k]));
      for (int r = 1; r <= case_.regions; ++r) {
        regional_[{r, k}] = Latent(model_.regional.laws[k]);
      }
    }
  }

  // Expected flow of a month.
  double Mean(int r, int k, int i, double own, int t) {
    const double loading = model_.branch_loading[k];
    const double sd = model_.series[i].series_effect_sd;
    const double variance = LatentVariance(model_.national.laws[k], t) +
                            LatentVariance(model_.regional.laws[k], t) + loading * loading +
                            sd * sd;
    return std::exp(model_.level.mean[i] + national_[k][t] + regional_[{r, k}][t] + own -
                    0.5 * variance);
  }

  double Count(double mean, double dispersion) {
    std::gamma_distribution<double> gamma(mean / (dispersion - 1.0), dispersion - 1.0);
    return static_cast<double>(std::poisson_distribution<int>(gamma(engine_))(engine_));
  }

  double Amount(double mean, double dispersion) {
    return std::gamma_distribution<double>(mean / dispersion, dispersion)(engine_);
  }

  double Student(double sd) {
    return sd * std::sqrt(3.0 / 5.0) * std::student_t_distribution<double>(5.0)(engine_);
  }

  void AddBranch(int r, int b) {
    const std::string id = "r" + std::to_string(r) + "-b" + std::to_string(b);
    const double u = Normal();
    int i[kIncome];
    double own[kIncome];
    for (int k = 0; k < kIncome; ++k) {
      i[k] = case_.bank.SeriesIndex(id, kIds[k]);
      own[k] = model_.branch_loading[k] * u + model_.series[i[k]].series_effect_sd * Normal();
    }
    Totals branch;
    double customers = model_.series[i[kCustomers]].opening_stock;
    double deposits = model_.series[i[kDeposits]].opening_stock;
    for (int t = 0; t < kMonths; ++t) {
      const double accounts = Count(Mean(r, kAccounts, i[kAccounts], own[kAccounts], t),
                                    model_.series[i[kAccounts]].dispersion);
      const double premiums = Amount(Mean(r, kPremiums, i[kPremiums], own[kPremiums], t),
                                     model_.series[i[kPremiums]].dispersion);
      const double left = Other(r, kCustomers, i[kCustomers], own[kCustomers], t, customers);
      customers += accounts + std::floor(left + Uniform());
      const double before = deposits;
      deposits += Other(r, kDeposits, i[kDeposits], own[kDeposits], t, deposits) - premiums;
      branch.accounts += accounts;
      branch.premiums += premiums;
      branch.interest += 0.5 * (before + deposits) * (yield_[t] - 1.0) / 1200.0;
    }
    branch.customers = customers;
    branch.deposits = deposits;
    Add(branch, bank_);
    if (id == "r1-b1") first_ = branch;
  }

  // Other movements of a stock, before they are made whole.
  double Other(int r, int k, int i, double own, int t, double level) {
    const ModelSeries& series = model_.series[i];
    double rate = model_.level.mean[i] + national_[k][t] + regional_[{r, k}][t];
    if (k == kDeposits) rate = (rate + case_.beta * (yield_[t] - 3.0)) * (1.0 + case_.event);
    return level * rate + series.unit_scale * own + Student(series.dispersion);
  }

  static void Add(const Totals& from, Totals& to) {
    to.accounts += from.accounts;
    to.premiums += from.premiums;
    to.customers += from.customers;
    to.deposits += from.deposits;
    to.interest += from.interest;
  }

  const Case& case_;
  const Model& model_;
  std::mt19937_64 engine_;
  std::normal_distribution<double> normal_;
  std::vector<double> yield_;
  // [indicator][month], (region, indicator) -> [month].
  std::vector<std::vector<double>> national_;
  std::map<std::pair<int, int>, std::vector<double>> regional_;
  Totals bank_;
  Totals first_;
};

double ShareAtLeast(const std::vector<double>& values, double o) {
  double count = 0.0;
  for (double value : values) count += value >= o;
  return count / values.size();
}

class KindsBruteForceTest : public ::testing::TestWithParam<int> {};

TEST_P(KindsBruteForceTest, AgreesOnMeansAndProbabilities) {
  const Case made = RandomCase(700 + GetParam());
  const auto engine = TargetPaths(made.bank.plan(), kPaths);
  Brute brute(made, 9'000 + GetParam());
  std::vector<std::vector<double>> other(engine.size());
  for (int p = 0; p < kPaths; ++p) {
    const std::vector<double> path = brute.Path();
    for (size_t t = 0; t < other.size(); ++t) other[t].push_back(path[t]);
  }
  for (size_t t = 0; t < engine.size(); ++t) {
    SCOPED_TRACE(std::string(kIds[t % kIndicators]) + (t < kIndicators ? " bank" : " branch"));
    EXPECT_NEAR(Mean(engine[t]), Mean(other[t]),
                4.0 * std::hypot(StandardError(engine[t]), StandardError(other[t])));
    std::vector<double> sorted = other[t];
    std::sort(sorted.begin(), sorted.end());
    for (double level : {0.1, 0.4, 0.6, 0.9}) {
      const double o = sorted[static_cast<size_t>(level * kPaths)];
      const double a = ShareAtLeast(engine[t], o);
      const double b = ShareAtLeast(other[t], o);
      const double p = 0.5 * (a + b);
      EXPECT_NEAR(a, b, 4.0 * std::sqrt(2.0 * p * (1.0 - p) / kPaths)) << level;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(RandomNetworks, KindsBruteForceTest, ::testing::Range(0, 7));

}  // namespace
}  // namespace jalon::sim
