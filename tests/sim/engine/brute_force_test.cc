// A second simulation of the model's equations, written apart with the standard library's generator
// and libm, against the engine. Means and shares are compared at 5 standard errors of the
// difference: false alarm 6e-7 per check, fixed seeds.
#include <cmath>
#include <random>

#include "gtest/gtest.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

constexpr int kPaths = 8'192;
constexpr int kRegions = 2;
constexpr int kBranches = 2;
constexpr double kMonthMean = 6.0;

// Parameters both sides use.
constexpr double kPhi = 0.7;
constexpr double kInnovation = 0.06;
constexpr double kStateMean = 0.1;
constexpr double kStateSd = 0.05;
constexpr double kNationalShock = 0.12;
constexpr double kRegionalShock = 0.08;
constexpr double kBranch = 0.15;
constexpr double kOwn = 0.1;
constexpr double kTrend = 0.01;
constexpr double kTrendSd = 0.004;
constexpr double kDamping = 0.9;
constexpr double kDispersion = 1.8;
constexpr double kDriverSd = 0.1;
constexpr double kBeta = -0.15;
constexpr double kBetaSd = 0.05;
constexpr int kLag = 2;
constexpr double kSeason[12] = {0.1, -0.1, 0.2, -0.2, 0, 0, 0.05, -0.05, 0.15, -0.15, 0.3, -0.3};
// A triangular event from June on, full size in two months, on region 2.
constexpr double kLow = -0.5, kMode = -0.3, kHigh = -0.2;

TinyBank EngineBank() {
  TinyBank bank = MakeTinyBank(
      {.region_count = kRegions, .branches_per_region = kBranches, .mean = kMonthMean});
  Model& model = bank.model;
  model.national.laws[0] = {
      .autoregression = kPhi, .innovation_sd = kInnovation, .persistent_sd = kNationalShock};
  model.national.state_mean[0] = kStateMean;
  model.national.state_sd[0] = kStateSd;
  model.regional.laws[0].persistent_sd = kRegionalShock;
  model.branch_loading[0] = kBranch;
  model.trend.mean.assign(kRegions, kTrend);
  model.trend.own_variance.assign(kRegions, kTrendSd * kTrendSd);
  model.trend_damping = kDamping;
  for (int g = 0; g < kRegions; ++g) {
    for (int m = 0; m < 12; ++m) model.season.mean[g * 12 + m] = kSeason[m];
  }
  for (ModelSeries& series : model.series) {
    series.dispersion = kDispersion;
    series.series_effect_sd = kOwn;
  }
  AddDriver(bank, {.value = 2.0, .sd = kDriverSd, .beta = kBeta, .beta_sd = kBetaSd, .lag = kLag});
  Event event = FixedEvent("reform", kMode);
  event.start = Period::Month(2026, 6);
  event.ramp_periods = 2;
  event.units = {"r2"};
  event.effect = {.kind = EffectLaw::Kind::kTriangular, .low = kLow, .mode = kMode, .high = kHigh};
  bank.scenario.events = {event};
  bank.targets = {bank.YearOf("bank"), bank.YearOf("r1"), bank.YearOf("r2"), bank.YearOf("r1-b1")};
  return bank;
}

// One path of the equations: year of [bank, r1, r2, r1-b1].
class BruteForce {
 public:
  explicit BruteForce(uint64_t seed) : engine_(seed) {}

  std::vector<double> Path() {
    const double beta = kBeta + kBetaSd * Normal();
    const std::vector<double> driver = Driver();
    const std::vector<double> national = National();
    const double size = Triangular();
    std::vector<double> year(4, 0.0);
    for (int r = 0; r < kRegions; ++r) {
      const double regional = kRegionalShock * Normal();
      const double trend = kTrend + kTrendSd * Normal();
      for (int b = 0; b < kBranches; ++b) {
        const double own = kBranch * Normal() + kOwn * Normal();
        double damped = 0.0;
        double sum = 0.0;
        for (int h = 1; h <= 12; ++h) {
          damped += std::pow(kDamping, h);
          const double eta = std::log(kMonthMean) + damped * trend + kSeason[h - 1] +
                             beta * driver[h] + national[h] + regional + own -
                             0.5 * Variance(h, damped);
          const double weight = r == 1 && h >= 6 ? std::min(1.0, (h - 5) / 2.0) : 0.0;
          sum += Count(std::exp(eta) * (1.0 + size * weight));
        }
        year[0] += sum;
        year[1 + r] += sum;
        if (r == 0 && b == 0) year[3] += sum;
      }
    }
    return year;
  }

 private:
  double Normal() { return normal_(engine_); }

  // Driver minus its reference at month h - lag, [h].
  std::vector<double> Driver() {
    std::vector<double> walk{0.0};
    for (int h = 1; h <= 12; ++h) walk.push_back(walk.back() + kDriverSd * Normal());
    std::vector<double> lagged(13, 0.0);
    for (int h = 1; h <= 12; ++h) lagged[h] = h > kLag ? walk[h - kLag] : 0.0;
    return lagged;
  }

  std::vector<double> National() {
    double x = kStateMean + kStateSd * Normal();
    const double shock = kNationalShock * Normal();
    std::vector<double> path{x};
    for (int h = 1; h <= 12; ++h) {
      x = kPhi * x + kInnovation * Normal();
      path.push_back(x + shock);
    }
    return path;
  }

  // Variance of everything that is mean-one.
  static double Variance(int h, double damped) {
    double state = kStateSd * kStateSd;
    for (int i = 0; i < h; ++i) state = kPhi * kPhi * state + kInnovation * kInnovation;
    return state + kNationalShock * kNationalShock + kRegionalShock * kRegionalShock +
           kBranch * kBranch + kOwn * kOwn + damped * damped * kTrendSd * kTrendSd;
  }

  double Triangular() {
    const double u = std::uniform_real_distribution<double>()(engine_);
    const double cut = (kMode - kLow) / (kHigh - kLow);
    return u < cut ? kLow + std::sqrt(u * (kHigh - kLow) * (kMode - kLow))
                   : kHigh - std::sqrt((1.0 - u) * (kHigh - kLow) * (kHigh - kMode));
  }

  // Negative binomial as a Poisson of gamma mean.
  double Count(double mean) {
    std::gamma_distribution<double> gamma(mean / (kDispersion - 1.0), kDispersion - 1.0);
    return static_cast<double>(std::poisson_distribution<int>(gamma(engine_))(engine_));
  }

  std::mt19937_64 engine_;
  std::normal_distribution<double> normal_;
};

double ShareAtLeast(const std::vector<double>& values, double o) {
  double count = 0.0;
  for (double value : values) count += value >= o;
  return count / values.size();
}

class BruteForceTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    engine_ = new std::vector<std::vector<double>>(TargetPaths(EngineBank().plan(), kPaths));
    brute_ = new std::vector<std::vector<double>>(4);
    BruteForce brute(20261125);
    for (int p = 0; p < kPaths; ++p) {
      const std::vector<double> year = brute.Path();
      for (int target = 0; target < 4; ++target) (*brute_)[target].push_back(year[target]);
    }
  }
  static void TearDownTestSuite() {
    delete engine_;
    delete brute_;
  }

  // [target x path]
  static std::vector<std::vector<double>>* engine_;
  static std::vector<std::vector<double>>* brute_;
};

std::vector<std::vector<double>>* BruteForceTest::engine_ = nullptr;
std::vector<std::vector<double>>* BruteForceTest::brute_ = nullptr;

TEST_F(BruteForceTest, AgreesOnMeans) {
  for (int target = 0; target < 4; ++target) {
    const std::vector<double>& a = (*engine_)[target];
    const std::vector<double>& b = (*brute_)[target];
    EXPECT_NEAR(Mean(a), Mean(b), 5.0 * std::hypot(StandardError(a), StandardError(b))) << target;
  }
}

TEST_F(BruteForceTest, AgreesOnSpread) {
  for (int target = 0; target < 4; ++target) {
    // The standard error of a standard deviation is near sd / sqrt(2 n); kurtosis at most doubles
    // it here.
    const double a = StandardError((*engine_)[target]);
    const double b = StandardError((*brute_)[target]);
    EXPECT_NEAR(a / b, 1.0, 5.0 * std::sqrt(2.0 / kPaths)) << target;
  }
}

TEST_F(BruteForceTest, AgreesOnProbabilities) {
  for (int target = 0; target < 4; ++target) {
    const double mean = Mean((*brute_)[target]);
    for (double ratio : {0.6, 0.8, 0.9, 1.0, 1.1, 1.3}) {
      const double a = ShareAtLeast((*engine_)[target], ratio * mean);
      const double b = ShareAtLeast((*brute_)[target], ratio * mean);
      const double p = 0.5 * (a + b);
      EXPECT_NEAR(a, b, 5.0 * std::sqrt(2.0 * p * (1.0 - p) / kPaths)) << target << " " << ratio;
    }
  }
}

}  // namespace
}  // namespace jalon::sim
