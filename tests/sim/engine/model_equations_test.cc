// The equations of sim/model/model.h read once more, naively, for any model: the standard library's
// generator and laws, libm, one loop per sum. The engine must agree with it on random models with
// everything switched on: three kinds of indicators, both other links, zeros, factors of rank 2,
// correlated drivers under a scenario, events partly in the history, two years, LAST and MEAN.
//
// Each check is at 5 standard errors of the difference, estimated from both samples: false alarm
// 6e-7 per check, fewer than 2,000 checks, so 1e-3 for the file over fresh seeds; the seeds are
// fixed.
#include <algorithm>
#include <cmath>
#include <memory>
#include <random>

#include "gtest/gtest.h"
#include "sim/engine/sampled.h"
#include "tests/sim/engine/tiny_bank.h"
#include "tests/support/sanitized.h"

namespace jalon::sim {
namespace {

constexpr int kPaths = 4'096;
constexpr int kPeriods = 24;
constexpr double kStandardErrors = 5.0;

// A random bank with what MakeRandomBank leaves out.
TinyBank RichBank(int number) {
  TinyBank bank = MakeRandomBank(500 + number);
  Model& model = bank.model;
  for (ModelSeries& series : model.series) {
    if (series.law == Law::kNegativeBinomial) series.dispersion = 1.0 + 0.4 * (number % 3);
    if (series.law != Law::kGamma) continue;
    if (number % 2 == 0) {
      series.law = Law::kCompoundGamma;
      series.shape = 1.5;
    } else {
      series.link = Link::kSqrt;
    }
  }
  for (size_t i = 0; i < model.series.size(); ++i) {
    if (model.series[i].link == Link::kSqrt) model.level.mean[i] = 4.0 + 0.5 * (i % 3);
  }
  model.drivers.coefficients = {0.9, 0.01, 0.05, 0.8};
  model.drivers.intercept = {0.13, 1.3};
  model.drivers.innovation_factor = {0.1, 0.0, -0.05, 0.2};
  Elasticity& logarithmic = model.elasticities[1];
  logarithmic.prior.transform = ElasticityPrior::Transform::kLog;
  logarithmic.reference = std::log(7.0);
  model.elasticity.mean[1] = -0.5;
  bank.scenario.drivers = {
      {.driver = number % 2 == 0 ? "unemployment" : "rate",
       .mode = number % 2 == 0 ? DriverAssumption::Mode::kShift : DriverAssumption::Mode::kImpose,
       .first = Period::Month(2026, 4),
       .values = {0.5, 1.0, 3.0}}};
  bank.scenario.events[0].channel = "app";
  bank.scenario.events[0].channel_share_ratio = 0.4;
  Event& seen = bank.scenario.events[1];
  seen.start = Period::Month(2025, 11);
  seen.end = Period::Month(2027, 6);
  seen.ramp_periods = 4;
  seen.history_status = HistoryStatus::kPartlyIn;
  seen.in_history_since = Period::Month(2025, 11);
  for (int k = 0; k < bank.revision.network.indicator_count(); ++k) {
    bank.targets.push_back(bank.On("bank", Year(2027), k));
    bank.targets.push_back(bank.On("r1", {Period::Month(2026, 10), Period::Month(2027, 3)}, k));
    bank.targets.back().aggregation = Aggregation::kMean;
    bank.targets.push_back(bank.On("r1-b1", {Period::Month(2026, 2), Period::Month(2027, 12)}, k));
    bank.targets.back().aggregation = Aggregation::kLast;
  }
  return bank;
}

class NaiveBank {
 public:
  NaiveBank(const TinyBank& bank, uint64_t seed)
      : bank_(bank), model_(bank.model), network_(bank.revision.network), engine_(seed) {}

  // [target] on one path.
  std::vector<double> Path() {
    DrawShared();
    std::vector<double> values(bank_.targets.size(), 0.0);
    for (size_t i = 0; i < model_.series.size(); ++i) {
      const std::vector<double> cells = Cells(static_cast<int>(i));
      for (size_t j = 0; j < values.size(); ++j) {
        if (Contains(bank_.targets[j], model_.series[i])) {
          values[j] += Read(bank_.targets[j], cells);
        }
      }
    }
    return values;
  }

 private:
  using Matrix = std::vector<std::vector<double>>;

  double Normal() { return normal_(engine_); }
  std::vector<double> Normals(int count) {
    std::vector<double> z(count);
    for (double& value : z) value = Normal();
    return z;
  }

  // A parameter block's deviations from its mean.
  std::vector<double> Deviations(const ParameterBlock& block, bool with_own = true) {
    const std::vector<double> z = Normals(block.rank);
    std::vector<double> deviations;
    for (int i = 0; i < block.size(); ++i) {
      double d = with_own ? std::sqrt(block.own_variance[i]) * Normal() : 0.0;
      for (int j = 0; j < block.rank; ++j) d += block.shared_factor[i * block.rank + j] * z[j];
      deviations.push_back(d);
    }
    return deviations;
  }

  // [indicator] normals of correlation L L' off the diagonal.
  std::vector<double> Correlated(const LatentBlock& block) {
    const std::vector<double> f = Normals(block.rank);
    std::vector<double> values;
    for (size_t k = 0; k < block.laws.size(); ++k) {
      double common = 0.0;
      double rest = 1.0;
      for (int j = 0; j < block.rank; ++j) {
        const double loading = block.loadings[k * block.rank + j];
        common += loading * f[j];
        rest -= loading * loading;
      }
      values.push_back(common + std::sqrt(std::max(rest, 0.0)) * Normal());
    }
    return values;
  }

  // [indicator][h - 1]; `first` is the row of the block's states.
  Matrix Latents(const LatentBlock& block, int first) {
    const int n = static_cast<int>(block.laws.size());
    std::vector<double> x, shock(n, 0.0);
    for (int k = 0; k < n; ++k) {
      x.push_back(block.state_mean[first + k] + block.state_sd[first + k] * Normal());
    }
    Matrix paths(n);
    for (int h = 1; h <= kPeriods; ++h) {
      const std::vector<double> e = Correlated(block);
      const std::vector<double> s = Correlated(block);
      for (int k = 0; k < n; ++k) {
        x[k] = block.laws[k].autoregression * x[k] + block.laws[k].innovation_sd * e[k];
        if (h == 1 || h == 13) shock[k] += block.laws[k].persistent_sd * s[k];
        paths[k].push_back(x[k] + shock[k]);
      }
    }
    return paths;
  }

  static double LatentVariance(const LatentLaw& law, double state_sd, int h) {
    const double phi2 = law.autoregression * law.autoregression;
    double variance = std::pow(phi2, h) * state_sd * state_sd;
    for (int i = 0; i < h; ++i) variance += std::pow(phi2, i) * std::pow(law.innovation_sd, 2);
    return variance + (h > 12 ? 2.0 : 1.0) * std::pow(law.persistent_sd, 2);
  }

  static double BlockVariance(const ParameterBlock& block, int i, bool with_own = true) {
    double variance = with_own ? block.own_variance[i] : 0.0;
    for (int j = 0; j < block.rank; ++j) {
      variance += std::pow(block.shared_factor[i * block.rank + j], 2);
    }
    return variance;
  }

  // [driver][h], h = 0 is as_of; the scenario applied.
  Matrix Drivers() {
    const VarModel& var = model_.drivers;
    std::vector<double> x = var.last_values;
    Matrix paths = {{x[0]}, {x[1]}};
    for (int h = 1; h <= kPeriods; ++h) {
      const std::vector<double> z = Normals(2);
      const std::vector<double>& a = var.coefficients;
      const std::vector<double>& c = var.innovation_factor;
      x = {var.intercept[0] + a[0] * x[0] + a[1] * x[1] + c[0] * z[0],
           var.intercept[1] + a[2] * x[0] + a[3] * x[1] + c[2] * z[0] + c[3] * z[1]};
      for (int d = 0; d < 2; ++d) paths[d].push_back(Told(d, h, x[d]));
    }
    return paths;
  }

  double Told(int d, int h, double x) const {
    const DriverAssumption& assumption = bank_.scenario.drivers[0];
    const int place = bank_.as_of + h - assumption.first;
    if (assumption.driver != model_.drivers.driver_ids[d] || place < 0) return x;
    const double value = assumption.values[std::min(place, 2)];
    return assumption.mode == DriverAssumption::Mode::kShift ? x + value : value;
  }

  double Triangular(const EffectLaw& law) {
    const double u = std::uniform_real_distribution<double>()(engine_);
    const double width = law.high - law.low;
    if (u < (law.mode - law.low) / width) {
      return law.low + std::sqrt(u * width * (law.mode - law.low));
    }
    return law.high - std::sqrt((1.0 - u) * width * (law.high - law.mode));
  }

  // Share of an event felt in a period.
  static double Felt(const Event& event, Period period) {
    if (event.end && period > *event.end) return 0.0;
    if (period < event.start) {
      return event.start - period <= event.anticipation_periods ? -event.anticipation_share : 0.0;
    }
    if (event.ramp_periods <= 1) return 1.0;
    return std::min(1.0, (period - event.start + 1.0) / event.ramp_periods);
  }

  bool ActsOn(const Event& event, const ModelSeries& series) const {
    const bool indicator =
        event.indicators.empty() || event.indicators[0] == model_.indicator_ids[series.indicator];
    return indicator && (event.units.empty() || IsBelow(series.unit, event.units[0]));
  }

  bool IsBelow(int unit, const std::string& ancestor) const {
    for (int u = unit; u >= 0; u = network_.unit_parent(u)) {
      if (network_.unit(u).id == ancestor) return true;
    }
    return false;
  }

  double EventsOn(const ModelSeries& series, Period period) const {
    double factor = 1.0;
    for (size_t e = 0; e < bank_.scenario.events.size(); ++e) {
      const Event& event = bank_.scenario.events[e];
      if (!ActsOn(event, series)) continue;
      const bool seen = event.history_status == HistoryStatus::kPartlyIn;
      const double contained = seen ? Felt(event, bank_.as_of) : 0.0;
      factor *= (1.0 + sizes_[e] * Felt(event, period)) / (1.0 + sizes_[e] * contained);
    }
    return factor;
  }

  void DrawShared() {
    const int indicator_count = static_cast<int>(model_.indicator_ids.size());
    national_ = Latents(model_.national, 0);
    regional_.clear();
    for (size_t r = 0; r < model_.region_units.size(); ++r) {
      regional_.push_back(Latents(model_.regional, static_cast<int>(r) * indicator_count));
    }
    trend_ = Deviations(model_.trend);
    season_ = Deviations(model_.season);
    level_ = Deviations(model_.level, false);
    beta_ = Deviations(model_.elasticity);
    drivers_ = Drivers();
    sizes_.clear();
    for (const Event& event : bank_.scenario.events) {
      sizes_.push_back(Triangular(event.effect) *
                       (event.channel.empty() ? 1.0 : event.channel_share_ratio.value_or(1.0)));
    }
    branches_ = Normals(network_.unit_count());
  }

  // Drivers' part of eta.
  double DriverEffect(int indicator, int h) const {
    double effect = 0.0;
    for (size_t e = 0; e < model_.elasticities.size(); ++e) {
      const Elasticity& elasticity = model_.elasticities[e];
      if (elasticity.indicator != indicator) continue;
      const int at = std::max(h - elasticity.prior.lag, 0);
      const double x = drivers_[elasticity.driver][at];
      const bool log = elasticity.prior.transform == ElasticityPrior::Transform::kLog;
      effect +=
          (model_.elasticity.mean[e] + beta_[e]) * ((log ? std::log(x) : x) - elasticity.reference);
    }
    return effect;
  }

  std::vector<double> Cells(int i) {
    const ModelSeries& series = model_.series[i];
    const int k = series.indicator;
    const int region_unit = model_.groups[series.group].region;
    const int r = static_cast<int>(
        std::find(model_.region_units.begin(), model_.region_units.end(), region_unit) -
        model_.region_units.begin());
    const double own_sd =
        std::hypot(std::sqrt(model_.level.own_variance[i]), series.series_effect_sd);
    const double loading = model_.branch_loading[k];
    const double persistent = level_[i] + own_sd * Normal() + loading * branches_[series.unit];
    std::vector<double> cells;
    double damped = 0.0;
    for (int h = 1; h <= kPeriods; ++h) {
      damped += std::pow(model_.trend_damping, h);
      const Period period = bank_.as_of + h;
      const int s = series.group * 12 + period.season();
      double eta = model_.level.mean[i] + persistent + model_.season.mean[s] + season_[s] +
                   damped * (model_.trend.mean[series.group] + trend_[series.group]) +
                   national_[k][h - 1] + regional_[r][k][h - 1] + DriverEffect(k, h);
      if (series.link == Link::kLog) {
        const int pair = r * static_cast<int>(model_.indicator_ids.size()) + k;
        eta -= 0.5 * (BlockVariance(model_.level, i, false) + own_sd * own_sd + loading * loading +
                      BlockVariance(model_.season, s) +
                      damped * damped * BlockVariance(model_.trend, series.group) +
                      LatentVariance(model_.national.laws[k], model_.national.state_sd[k], h) +
                      LatentVariance(model_.regional.laws[k], model_.regional.state_sd[pair], h));
      }
      cells.push_back(Cell(series, Mean(series, eta) * EventsOn(series, period)));
    }
    return cells;
  }

  static double Mean(const ModelSeries& series, double eta) {
    if (series.link == Link::kLog) return std::exp(eta);
    if (series.link == Link::kSqrt) return eta > 0.0 ? eta * eta : 0.0;
    return series.unit_scale * eta;
  }

  double Gamma(double shape, double scale) {
    return shape > 0.0 ? std::gamma_distribution<double>(shape, scale)(engine_) : 0.0;
  }

  double Cell(const ModelSeries& series, double mean) {
    const double dispersion = series.dispersion;
    switch (series.law) {
      case Law::kNegativeBinomial:
        if (dispersion > 1.0) mean = Gamma(mean / (dispersion - 1.0), dispersion - 1.0);
        return static_cast<double>(std::poisson_distribution<int>(mean)(engine_));
      case Law::kGamma:
        return Gamma(mean / dispersion, dispersion);
      case Law::kCompoundGamma: {
        const double scale = dispersion / (series.shape + 1.0);
        std::poisson_distribution<int> number(mean / (series.shape * scale));
        return Gamma(number(engine_) * series.shape, scale);
      }
      case Law::kStudentT: {
        const double scale = dispersion * std::sqrt((series.shape - 2.0) / series.shape);
        return mean + scale * std::student_t_distribution<double>(series.shape)(engine_);
      }
      case Law::kStock:
      case Law::kExactStock:
        break;  // kinds_brute_force_test
    }
    return 0.0;
  }

  bool Contains(const Target& target, const ModelSeries& series) const {
    return target.range.indicator == series.indicator &&
           IsBelow(series.unit, network_.unit(target.range.unit_first).id);
  }

  double Read(const Target& target, const std::vector<double>& cells) const {
    const int first = target.window.first - bank_.as_of - 1;
    const int last = target.window.last - bank_.as_of - 1;
    if (target.aggregation == Aggregation::kLast) return cells[last];
    double sum = 0.0;
    for (int t = first; t <= last; ++t) sum += cells[t];
    return target.aggregation == Aggregation::kMean ? sum / (last - first + 1) : sum;
  }

  const TinyBank& bank_;
  const Model& model_;
  const Network& network_;
  std::mt19937_64 engine_;
  std::normal_distribution<double> normal_;
  Matrix national_;
  // [region]
  std::vector<Matrix> regional_;
  std::vector<double> trend_, season_, level_, beta_, sizes_, branches_;
  Matrix drivers_;
};

struct Sample {
  explicit Sample(const std::vector<double>& values) : mean(Mean(values)) {
    const double n = static_cast<double>(values.size());
    double fourth = 0.0;
    for (double value : values) {
      variance += std::pow(value - mean, 2) / n;
      fourth += std::pow(value - mean, 4) / n;
    }
    mean_error = std::sqrt(variance / n);
    variance_error = std::sqrt((fourth - variance * variance) / n);
  }

  double mean = 0.0;
  double variance = 0.0;
  double mean_error = 0.0;
  double variance_error = 0.0;
};

double Attained(const std::vector<double>& values, double threshold, Direction direction) {
  double count = 0.0;
  for (double value : values) {
    count += direction == Direction::kHigherIsBetter ? value >= threshold : value <= threshold;
  }
  return count / static_cast<double>(values.size());
}

class ModelEquationsTest : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    bank_ = std::make_unique<TinyBank>(RichBank(GetParam()));
    NaiveBank naive(*bank_, 77 + GetParam());
    naive_.resize(bank_->targets.size());
    for (int p = 0; p < kPaths; ++p) {
      const std::vector<double> values = naive.Path();
      for (size_t j = 0; j < values.size(); ++j) naive_[j].push_back(values[j]);
    }
  }

  std::unique_ptr<TinyBank> bank_;
  // [target x path]
  std::vector<std::vector<double>> naive_;
};

TEST_P(ModelEquationsTest, GiveTheEnginesMeansAndVariances) {
  const auto engine = TargetPaths(bank_->plan(), kPaths);
  for (size_t j = 0; j < naive_.size(); ++j) {
    const Sample a(engine[j]);
    const Sample b(naive_[j]);
    EXPECT_NEAR(a.mean, b.mean, kStandardErrors * std::hypot(a.mean_error, b.mean_error)) << j;
    EXPECT_NEAR(a.variance, b.variance,
                kStandardErrors * std::hypot(a.variance_error, b.variance_error))
        << j;
  }
}

TEST_P(ModelEquationsTest, GiveTheEnginesAttainmentProbabilities) {
  for (size_t j = 0; j < naive_.size(); ++j) {
    Target& target = bank_->targets[j];
    const Sample sample(naive_[j]);
    target.thresholds.clear();
    for (double z : {-1.5, -0.7, 0.0, 0.7, 1.5}) {
      target.thresholds.push_back(std::round(sample.mean + z * std::sqrt(sample.variance)));
    }
  }
  const Plan plan = bank_->plan();
  TargetAccumulator accumulator(plan, {});
  for (int block = 0; block * kPathsPerBlock < kPaths; ++block) {
    ASSERT_TRUE(accumulator.Fold(*SimulateBlock(plan, block, StopToken())).ok());
  }
  const std::vector<TargetEstimate> estimates = accumulator.Estimates();
  for (size_t j = 0; j < naive_.size(); ++j) {
    const Target& target = bank_->targets[j];
    for (size_t o = 0; o < target.thresholds.size(); ++o) {
      const double a = estimates[j].probability[o];
      const double b = Attained(naive_[j], target.thresholds[o], target.direction);
      const double p = 0.5 * (a + b);
      EXPECT_NEAR(a, b, kStandardErrors * std::sqrt(2.0 * p * (1.0 - p) / kPaths)) << j << " " << o;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(RandomModels, ModelEquationsTest, ::testing::Range(0, kSanitized ? 2 : 6));

}  // namespace
}  // namespace jalon::sim
