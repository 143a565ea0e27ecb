#include "sim/model/latent_regression.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "sim/algebra/cholesky.h"
#include "sim/algebra/matrices.h"
#include "sim/base/math.h"
#include "sim/base/missing.h"
#include "sim/base/square.h"

namespace jalon::sim {
namespace {

// Keeps covariances positive definite whatever the noise said to be there.
constexpr double kLeastNoiseVariance = 1e-7;
// Grid nodes this many nats under the best one are left out of the average.
constexpr double kNegligible = 9.0;

// The autoregression's grid and log prior: persistence of a few months is usual.
constexpr std::array<double, 5> kAutoregression = {0.0, 0.3, 0.55, 0.75, 0.9};
constexpr std::array<double, 5> kAutoregressionLogPrior = {-1.6, -1.1, -0.7, -0.9, -1.6};
// Standard deviations are searched at median x e^(step / 2).
constexpr int kFirstStep = -3;
constexpr int kLastStep = 8;

// Log density of a standard deviation whose logarithm has a Student law of 4 degrees: a network
// unlike the usual ones is believed after a few years.
double LogStudentPenalty(double value, double median, double log_sd) {
  return -2.5 * Log(1.0 + 0.25 * Square(Log(value / median) / log_sd));
}

// One aggregate as matrices over its observed periods, column-major. Columns of the design: level,
// slope, seasons (centred), drivers.
class Regression {
 public:
  explicit Regression(const LatentData& data) : data_(data) {
    for (int t = 0; t < data.period_count; ++t) {
      if (!std::isnan(data.z[t])) observed_.push_back(t);
    }
    MakeDesign();
    MakePrior();
    MakeResidual();
  }

  int size() const { return static_cast<int>(observed_.size()); }

  // Log marginal likelihood; -inf when the covariance is not positive definite in floating point.
  double LogLikelihood(const LatentHyper& hyper) {
    if (size() == 0) return 0.0;
    if (!Factor(hyper)) return -std::numeric_limits<double>::infinity();
    const std::vector<double> white = factor_.Whiten(residual_);
    double log_determinant = 0.0;
    for (double pivot : factor_.Pivots()) log_determinant += Log(pivot);
    return -0.5 * Dot(white, white) - log_determinant;
  }

  // Posterior given the hyper-parameters; false when they give no valid covariance.
  bool Posterior(const LatentHyper& hyper, LatentFit& fit) {
    if (!Factor(hyper)) return false;
    const std::vector<double> weights = factor_.Solve(residual_);
    const std::vector<double> prior_design = PriorDesign();
    const std::vector<double> mean = PlusProduct(prior_mean_, prior_design, weights);
    std::vector<double> covariance = factor_.MinusConjugate(prior_design, column_count());
    for (int c = 0; c < column_count(); ++c) covariance[Place(c, c)] += prior_variance_[c];
    FillPaths(hyper, weights, fit);
    FillState(hyper, prior_design, covariance, fit);
    fit.hyper = hyper;
    FillCoefficients(mean, covariance, fit);
    FillInnovations(fit);
    return true;
  }

  // The fit of an aggregate that says nothing: priors.
  LatentFit PriorFit() const {
    LatentFit fit;
    std::vector<double> covariance(Square(static_cast<size_t>(column_count())), 0.0);
    for (int c = 0; c < column_count(); ++c) covariance[Place(c, c)] = prior_variance_[c];
    fit.state.assign(data_.period_count, 0.0);
    fit.walk = fit.state;
    fit.innovations.assign(data_.period_count, kMissing);
    FillCoefficients(prior_mean_, covariance, fit);
    std::fill(fit.season_variance.begin(), fit.season_variance.end(), 0.0);
    fit.level_sd = fit.slope_sd = 0.0;
    return fit;
  }

 private:
  int season_count() const { return data_.periods_per_year; }
  int driver_count() const { return static_cast<int>(data_.drivers.size()); }
  int column_count() const { return 2 + season_count() + driver_count(); }

  // Of a cell of a matrix of as many rows as the design has columns.
  size_t Place(int row, int column) const {
    return static_cast<size_t>(column) * column_count() + row;
  }

  double Years(int t) const {
    return static_cast<double>(t - (data_.period_count - 1)) / data_.periods_per_year;
  }

  void MakeDesign() {
    design_.assign(static_cast<size_t>(size()) * column_count(), 0.0);
    for (int i = 0; i < size(); ++i) {
      const int t = observed_[i];
      const int season = (data_.first_season + t) % season_count();
      Design(i, 0) = 1.0;
      Design(i, 1) = Years(t);
      for (int m = 0; m < season_count(); ++m) {
        Design(i, 2 + m) = (m == season ? 1.0 : 0.0) - 1.0 / season_count();
      }
      for (int d = 0; d < driver_count(); ++d) {
        Design(i, 2 + season_count() + d) = data_.drivers[d][t];
      }
    }
  }

  double& Design(int i, int column) { return design_[static_cast<size_t>(column) * size() + i]; }

  void MakePrior() {
    prior_mean_.assign(column_count(), 0.0);
    prior_variance_.assign(column_count(), 0.0);
    double sum = 0.0;
    for (int t : observed_) sum += data_.z[t];
    prior_mean_[0] = observed_.empty() ? 0.0 : sum / size();
    prior_variance_[0] = Square(data_.level_sd);
    prior_variance_[1] = Square(data_.slope_sd);
    for (int d = 0; d < driver_count(); ++d) {
      prior_mean_[2 + season_count() + d] = data_.driver_mean[d];
      prior_variance_[2 + season_count() + d] = Square(data_.driver_sd[d]);
    }
  }

  void MakeResidual() {
    residual_ = PlusProduct(std::vector<double>(size(), 0.0), design_, prior_mean_);
    for (int i = 0; i < size(); ++i) residual_[i] = data_.z[observed_[i]] - residual_[i];
  }

  // The design's transpose with the prior variance of every coefficient: [column x period].
  std::vector<double> PriorDesign() const {
    std::vector<double> result;
    result.reserve(design_.size());
    for (int i = 0; i < size(); ++i) {
      for (int c = 0; c < column_count(); ++c) {
        result.push_back(prior_variance_[c] * design_[static_cast<size_t>(c) * size() + i]);
      }
    }
    return result;
  }

  static double StateVariance(const LatentHyper& hyper) {
    return Square(hyper.innovation_sd) / (1.0 - Square(hyper.autoregression));
  }

  // Covariance of a between periods s and t, from the powers of this hyper-parameter.
  double StateCovariance(const LatentHyper& hyper, int s, int t) const {
    return StateVariance(hyper) * powers_[std::abs(s - t)];
  }

  double WalkCovariance(const LatentHyper& hyper, int s, int t) const {
    return Square(hyper.yearly_sd) * std::min(-Years(s), -Years(t));
  }

  void MakePowers(double autoregression) {
    powers_.assign(std::max(data_.period_count, 1), 1.0);
    for (size_t i = 1; i < powers_.size(); ++i) powers_[i] = powers_[i - 1] * autoregression;
  }

  bool Factor(const LatentHyper& hyper) {
    std::fill_n(prior_variance_.begin() + 2, season_count(), Square(hyper.season_sd));
    MakePowers(hyper.autoregression);
    std::vector<double> covariance = WeightedSquare(design_, size(), prior_variance_);
    for (int j = 0; j < size(); ++j) {
      AddPaths(hyper, j, &covariance[static_cast<size_t>(j) * size()]);
      covariance[static_cast<size_t>(j) * size() + j] +=
          std::max(data_.noise_variance[observed_[j]], kLeastNoiseVariance);
    }
    return factor_.Factor(covariance, size());
  }

  // StateCovariance and WalkCovariance of later periods with the observed period `j`, added to its
  // column: half of what a fit computes.
  void AddPaths(const LatentHyper& hyper, int j, double* column) const {
    const double state = StateVariance(hyper);
    const double walk = Square(hyper.yearly_sd);
    const int first = observed_[j];
    for (int i = j; i < size(); ++i) {
      const int t = observed_[i];
      column[i] += state * powers_[t - first] + walk * -Years(t);
    }
  }

  void FillPaths(const LatentHyper& hyper, const std::vector<double>& weights,
                 LatentFit& fit) const {
    fit.state.assign(data_.period_count, 0.0);
    fit.walk.assign(data_.period_count, 0.0);
    for (int t = 0; t < data_.period_count; ++t) {
      for (int i = 0; i < size(); ++i) {
        fit.state[t] += StateCovariance(hyper, t, observed_[i]) * weights[i];
        fit.walk[t] += WalkCovariance(hyper, t, observed_[i]) * weights[i];
      }
    }
  }

  void FillState(const LatentHyper& hyper, const std::vector<double>& prior_design,
                 const std::vector<double>& covariance, LatentFit& fit) const {
    std::vector<double> now(size());
    for (int i = 0; i < size(); ++i) {
      now[i] = StateCovariance(hyper, data_.period_count - 1, observed_[i]);
    }
    const std::vector<double> solved = factor_.Solve(now);
    const double state = StateVariance(hyper) - Dot(now, solved);
    double cross = 0.0;
    for (int i = 0; i < size(); ++i) cross -= prior_design[Place(0, i)] * solved[i];
    fit.state_sd = std::sqrt(std::max(0.0, covariance[0] + state + 2.0 * cross));
  }

  void FillCoefficients(const std::vector<double>& mean, const std::vector<double>& covariance,
                        LatentFit& fit) const {
    fit.level = mean[0];
    fit.level_sd = std::sqrt(std::max(0.0, covariance[Place(0, 0)]));
    fit.slope = mean[1];
    fit.slope_sd = std::sqrt(std::max(0.0, covariance[Place(1, 1)]));
    FillSeason(mean, covariance, fit);
    const int first = 2 + season_count();
    fit.beta.assign(driver_count(), 0.0);
    fit.beta_covariance.assign(driver_count() * driver_count(), 0.0);
    for (int d = 0; d < driver_count(); ++d) {
      fit.beta[d] = mean[first + d];
      for (int e = 0; e < driver_count(); ++e) {
        fit.beta_covariance[d * driver_count() + e] = covariance[Place(first + d, first + e)];
      }
    }
  }

  // Season effects are coefficients minus their mean: the design's columns are centred.
  void FillSeason(const std::vector<double>& mean, const std::vector<double>& covariance,
                  LatentFit& fit) const {
    fit.season.assign(season_count(), 0.0);
    fit.season_variance.assign(season_count(), 0.0);
    const double average = Sum(std::span(mean).subspan(2, season_count())) / season_count();
    const std::vector<double> row_means = RowMeans(SeasonBlock(covariance), season_count());
    const double grand = Sum(row_means) / season_count();
    for (int m = 0; m < season_count(); ++m) {
      fit.season[m] = mean[2 + m] - average;
      fit.season_variance[m] =
          std::max(0.0, covariance[Place(2 + m, 2 + m)] - 2.0 * row_means[m] + grand);
    }
  }

  std::vector<double> SeasonBlock(const std::vector<double>& covariance) const {
    std::vector<double> block;
    for (int m = 0; m < season_count(); ++m) {
      const auto column = covariance.begin() + Place(2, 2 + m);
      block.insert(block.end(), column, column + season_count());
    }
    return block;
  }

  void FillInnovations(LatentFit& fit) const {
    const std::vector<double> white = factor_.Whiten(residual_);
    fit.innovations.assign(data_.period_count, kMissing);
    for (int i = 0; i < size(); ++i) fit.innovations[observed_[i]] = white[i];
  }

  const LatentData& data_;
  std::vector<int> observed_;
  // [period x column].
  std::vector<double> design_;
  std::vector<double> prior_mean_;
  std::vector<double> prior_variance_;
  std::vector<double> residual_;
  std::vector<double> powers_;
  Cholesky factor_;
};

double HyperLogPrior(const LatentHyper& hyper, int autoregression, const LatentHyperPrior& prior) {
  return kAutoregressionLogPrior[autoregression] +
         LogStudentPenalty(hyper.innovation_sd, prior.innovation_median, prior.innovation_log_sd) +
         LogStudentPenalty(hyper.yearly_sd, prior.yearly_median, prior.yearly_log_sd) +
         LogStudentPenalty(hyper.season_sd, prior.season_median, prior.season_log_sd);
}

double AtStep(double median, int step) { return median * Exp(0.5 * step); }

struct Node {
  LatentHyper hyper;
  double log_weight = 0.0;
};

// Every node of the grid with its posterior weight.
std::vector<Node> WeighGrid(Regression& regression, const LatentHyperPrior& prior) {
  std::vector<Node> nodes;
  for (size_t r = 0; r < kAutoregression.size(); ++r) {
    for (int i = kFirstStep; i <= kLastStep; ++i) {
      for (int y = kFirstStep; y <= kLastStep; ++y) {
        Node node{{kAutoregression[r], AtStep(prior.innovation_median, i),
                   AtStep(prior.yearly_median, y), prior.season_median}};
        node.log_weight = regression.LogLikelihood(node.hyper) +
                          HyperLogPrior(node.hyper, static_cast<int>(r), prior);
        nodes.push_back(node);
      }
    }
  }
  return nodes;
}

// Running weighted average of fits.
class FitAverage {
 public:
  void Add(double weight, const LatentFit& fit) {
    if (weight_ == 0.0) {
      best_ = fit;
      Clear(fit);
    }
    if (weight > best_weight_) {
      best_weight_ = weight;
      best_ = fit;
    }
    weight_ += weight;
    AddScalars(weight, fit);
    AddVectors(weight, fit);
  }

  bool empty() const { return weight_ == 0.0; }

  LatentFit Result() const {
    LatentFit fit = best_;
    const double w = 1.0 / weight_;
    fit.level = w * level_;
    fit.level_sd = Spread(level_square_, level_);
    fit.slope = w * slope_;
    fit.slope_sd = Spread(slope_square_, slope_);
    fit.state_sd = std::sqrt(w * state_variance_);
    fit.hyper.autoregression = w * autoregression_;
    fit.hyper.innovation_sd = std::sqrt(w * innovation_variance_);
    fit.hyper.yearly_sd = std::sqrt(w * yearly_variance_);
    Scale(season_, w, fit.season);
    Scale(season_variance_, w, fit.season_variance);
    Scale(state_, w, fit.state);
    Scale(walk_, w, fit.walk);
    Scale(beta_, w, fit.beta);
    const size_t n = fit.beta.size();
    for (size_t i = 0; i < n * n; ++i) {
      fit.beta_covariance[i] = w * beta_square_[i] - fit.beta[i / n] * fit.beta[i % n];
    }
    return fit;
  }

 private:
  void Clear(const LatentFit& fit) {
    season_.assign(fit.season.size(), 0.0);
    season_variance_ = season_;
    state_.assign(fit.state.size(), 0.0);
    walk_ = state_;
    beta_.assign(fit.beta.size(), 0.0);
    beta_square_.assign(fit.beta.size() * fit.beta.size(), 0.0);
  }

  void AddScalars(double weight, const LatentFit& fit) {
    level_ += weight * fit.level;
    level_square_ += weight * (Square(fit.level) + Square(fit.level_sd));
    slope_ += weight * fit.slope;
    slope_square_ += weight * (Square(fit.slope) + Square(fit.slope_sd));
    state_variance_ += weight * Square(fit.state_sd);
    autoregression_ += weight * fit.hyper.autoregression;
    innovation_variance_ += weight * Square(fit.hyper.innovation_sd);
    yearly_variance_ += weight * Square(fit.hyper.yearly_sd);
  }

  void AddVectors(double weight, const LatentFit& fit) {
    Accumulate(weight, fit.season, season_);
    Accumulate(weight, fit.season_variance, season_variance_);
    Accumulate(weight, fit.state, state_);
    Accumulate(weight, fit.walk, walk_);
    Accumulate(weight, fit.beta, beta_);
    const size_t n = fit.beta.size();
    for (size_t i = 0; i < n * n; ++i) {
      beta_square_[i] += weight * (fit.beta_covariance[i] + fit.beta[i / n] * fit.beta[i % n]);
    }
  }

  static void Accumulate(double weight, const std::vector<double>& from,
                         std::vector<double>& into) {
    for (size_t i = 0; i < from.size(); ++i) into[i] += weight * from[i];
  }

  static void Scale(const std::vector<double>& sums, double by, std::vector<double>& into) {
    for (size_t i = 0; i < sums.size(); ++i) into[i] = by * sums[i];
  }

  double Spread(double square, double sum) const {
    return std::sqrt(std::max(0.0, square / weight_ - Square(sum / weight_)));
  }

  double weight_ = 0.0;
  double best_weight_ = 0.0;
  LatentFit best_;
  double level_ = 0.0, level_square_ = 0.0, slope_ = 0.0, slope_square_ = 0.0;
  double state_variance_ = 0.0, autoregression_ = 0.0;
  double innovation_variance_ = 0.0, yearly_variance_ = 0.0;
  std::vector<double> season_, season_variance_, state_, walk_, beta_, beta_square_;
};

// The pooled likelihood of several units, searched one parameter at a time.
class PooledSearch {
 public:
  PooledSearch(std::vector<Regression>& units, const LatentHyperPrior& prior)
      : units_(units), prior_(prior) {}

  LatentHyper Run() {
    best_ = Value(best_steps_);
    for (int sweep = 0; sweep < 3; ++sweep) {
      const std::array<int, 4> before = best_steps_;
      for (int axis = 0; axis < 4; ++axis) SearchAxis(axis);
      if (best_steps_ == before) break;
    }
    return HyperAt(best_steps_);
  }

 private:
  // Steps of (autoregression, innovation, yearly, season).
  using Steps = std::array<int, 4>;

  LatentHyper HyperAt(const Steps& steps) const {
    return {kAutoregression[steps[0]], AtStep(prior_.innovation_median, steps[1]),
            AtStep(prior_.yearly_median, steps[2]), AtStep(prior_.season_median, steps[3])};
  }

  double Value(const Steps& steps) {
    const LatentHyper hyper = HyperAt(steps);
    double value = HyperLogPrior(hyper, steps[0], prior_);
    for (Regression& unit : units_) value += unit.LogLikelihood(hyper);
    return value;
  }

  // Walks from the best step while the value climbs.
  void SearchAxis(int axis) {
    const int low = axis == 0 ? 0 : kFirstStep;
    const int high = axis == 0 ? static_cast<int>(kAutoregression.size()) - 1 : kLastStep;
    for (int direction : {1, -1}) {
      Steps steps = best_steps_;
      while (low <= steps[axis] + direction && steps[axis] + direction <= high) {
        steps[axis] += direction;
        const double value = Value(steps);
        if (!(value > best_)) break;
        best_ = value;
        best_steps_ = steps;
      }
    }
  }

  std::vector<Regression>& units_;
  const LatentHyperPrior& prior_;
  Steps best_steps_ = {2, 0, 0, 0};
  double best_ = 0.0;
};

}  // namespace

LatentFit FitAveraged(const LatentData& data, const LatentHyperPrior& prior) {
  Regression regression(data);
  if (regression.size() < 3) return regression.PriorFit();
  const std::vector<Node> nodes = WeighGrid(regression, prior);
  double best = -std::numeric_limits<double>::infinity();
  for (const Node& node : nodes) best = std::max(best, node.log_weight);
  FitAverage average;
  for (const Node& node : nodes) {
    if (!(node.log_weight > best - kNegligible)) continue;
    LatentFit fit;
    if (!regression.Posterior(node.hyper, fit)) continue;
    average.Add(Exp(node.log_weight - best), fit);
  }
  return average.empty() ? regression.PriorFit() : average.Result();
}

std::vector<LatentFit> FitPooled(std::span<const LatentData> units, const LatentHyperPrior& prior) {
  std::vector<Regression> regressions;
  for (const LatentData& unit : units) regressions.emplace_back(unit);
  const LatentHyper hyper = PooledSearch(regressions, prior).Run();
  std::vector<LatentFit> fits;
  for (Regression& regression : regressions) {
    LatentFit fit;
    const bool usable = regression.size() >= 3 && regression.Posterior(hyper, fit);
    if (!usable) fit = regression.PriorFit();
    fit.hyper = hyper;
    fits.push_back(std::move(fit));
  }
  return fits;
}

}  // namespace jalon::sim
