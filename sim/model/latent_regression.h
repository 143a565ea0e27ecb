// Regression of one aggregate series on trend, season and drivers with a latent in its error:
//
//   z[t] = level + slope years(t) + season + drivers + a[t] + w[t] + e[t],   years(T-1) = 0
//
// a is an AR(1), w a random walk counted back from the last period (w[T-1] = 0, so that `level` is
// the level now), e sampling noise of known variance. Coefficients have independent normal priors
// and are integrated out, so the likelihood of the three (four) variances is exact; they are
// averaged over a grid (national level, where their uncertainty matters for the elasticities,
// [RasmussenWilliams2006]) or set to their mode for several units together (regions).
// Internal to sim/model. No Eigen here: DECISIONS D15.
#ifndef JALON_SIM_MODEL_LATENT_REGRESSION_H_
#define JALON_SIM_MODEL_LATENT_REGRESSION_H_

#include <span>
#include <vector>

namespace jalon::sim {

// Variance parameters.
struct LatentHyper {
  double autoregression = 0.5;
  double innovation_sd = 0.0;
  // Standard deviation of a year's change of w.
  double yearly_sd = 0.0;
  // Prior standard deviation of season effects.
  double season_sd = 0.0;
};

// Priors of the standard deviations: their logarithm is Student of 4 degrees around that of the
// median, with this scale.
struct LatentHyperPrior {
  double innovation_median = 0.02;
  double innovation_log_sd = 0.8;
  double yearly_median = 0.04;
  double yearly_log_sd = 0.7;
  double season_median = 0.3;
  double season_log_sd = 0.7;
};

// One aggregate over T periods.
struct LatentData {
  int period_count = 0;
  int periods_per_year = 12;
  // 0-based place in the year of period 0.
  int first_season = 0;
  // [period]; NaN where there is nothing.
  std::vector<double> z;
  // [period], >= 0.
  std::vector<double> noise_variance;
  // [driver][period]; finite.
  std::vector<std::vector<double>> drivers;
  // [driver]
  std::vector<double> driver_mean;
  std::vector<double> driver_sd;
  double slope_sd = 0.06;
  // Prior standard deviation of the level around the mean of z.
  double level_sd = 3.0;
};

// What was learnt of one aggregate.
struct LatentFit {
  double level = 0.0;
  double level_sd = 0.0;
  // Per year.
  double slope = 0.0;
  double slope_sd = 0.0;
  // [season]; averages 0.
  std::vector<double> season;
  std::vector<double> season_variance;
  // [driver], and covariance [driver x driver].
  std::vector<double> beta;
  std::vector<double> beta_covariance;
  // [period]: posterior means of a and w.
  std::vector<double> state;
  std::vector<double> walk;
  // Standard deviation of level + a at the last period: what is known now is their sum.
  double state_sd = 0.0;
  LatentHyper hyper;
  // [period]: standardised one-step errors, NaN where z is missing.
  std::vector<double> innovations;
};

// Averages over the grid of hyper-parameters. With fewer than 3 values every result is its prior.
LatentFit FitAveraged(const LatentData& data, const LatentHyperPrior& prior);

// One mode of the hyper-parameters for all units together, season_sd included; then a fit of each.
std::vector<LatentFit> FitPooled(std::span<const LatentData> units, const LatentHyperPrior& prior);

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_LATENT_REGRESSION_H_
