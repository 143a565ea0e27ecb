// A fitted model: everything the engine needs to know about the future of a network, as a plain
// value that can be exported, edited and imported (DECISIONS D1).
//
// For series i (leaf unit b in region r, segment s, indicator k), period t, h = t - as_of:
//
//   eta[i,t] = level[i] + damped(h) trend[g] + season[g, season(t)]                g = (r, s, k)
//            + sum_e beta[e] (x_e[t - lag_e] - reference_e)                        elasticities of
//            k
//            + log(1 + share effect weight(t))                                     events
//            + log exposure[b,t]                                                   exposed k
//            + sum_m beta[m] log ratio_m[b,t]                                      means of k
//            + national[k,t] + regional[r,k,t] + branch_loading[k] u[b] + v[i]
//   mu[i,t]  = exp(eta) (kLog), eta^2 for eta > 0 (kSqrt), or unit_scale[i] eta (kIdentity)
//   y[i,t]   ~ law(mu), independent over t given all of the above
//
// with damped(h) = phi + phi^2 + ... + phi^h (0 for h <= 0). Exponentiated effects are mean-one:
// the engine subtracts half their variance on the log link, so mu keeps its mean. On kIdentity
// every term of eta is in units of unit_scale and events act on the mean: mu x (1 + share effect
// weight).
//
// Stocks (Law::kStock, kExactStock; equations 2). S[i,t] is the level at the end of period t:
//
//   S[i,t]    = S[i,t-1] + sum inflows[i,t] - sum outflows[i,t] + other[i,t]
//   other[i,t] = S[i,t-1] rate[i,t] + unit_scale[i] (branch_loading[k] u[b] + v[i]) + e[i,t]
//   rate[i,t] = eta[i,t] without its two last terms, link kIdentity, in shares of the opening stock
//               per period; an event multiplies S[i,t-1] rate by (1 + share effect weight) as
//               elsewhere on the identity link (it acts on the rate alone)
//   e[i,t]    ~ Student-t of mean 0, standard deviation `dispersion`, `shape` degrees (> 2); 0 when
//               dispersion is 0
//
// The rate holds shared state only; what a series does not share (u, v: level's own variance and
// series_effect_sd, as everywhere) acts on the stock at as_of, unit_scale[i] = |S[i, as_of]| (the
// median of the indicator when that is 0), a constant. So, given shared state, u and v enter S
// linearly as the flows and e do (D2):
//
//   S[T] = S[0] G(0,T) + sum_t (inflows - outflows + unit_scale (loading u + v) + e)[t] G(t,T),
//   G(t,T) = product over t < s <= T of (1 + rate[s])
//
// (flows of period t do not themselves earn the rate of t). kExactStock has other = 0: no rate, no
// u, v, e; its group, level and dispersion are not read. Flows of (unit, segment) are the sum of
// the network's inflow series at the unit and below the segment; a flow without series there is 0.
// S is not cut at 0. S[0] is the last realised level up to the run's as_of, `opening_stock` when
// the revision has none; 0 before the unit opens and from its closing on, and once the series has
// ended; a unit that opens after as_of starts at 0 and moves from its opening period on.
//
// Own noise is exactly u (per branch), v (per series) and the periods' draws; all the rest is
// shared state. Indices refer to the id tables below, not to a network, so a model outlives a
// revision.
#ifndef JALON_SIM_MODEL_MODEL_H_
#define JALON_SIM_MODEL_MODEL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/drivers/drivers.h"
#include "sim/drivers/var_model.h"
#include "sim/network/network.h"

namespace jalon::sim {

// Correlated Gaussian parameters: theta = mean + shared_factor z + own, z standard normal [rank].
struct ParameterBlock {
  // [n]
  std::vector<double> mean;
  int rank = 0;
  // [n x rank], row-major.
  std::vector<double> shared_factor;
  // [n], >= 0.
  std::vector<double> own_variance;

  int size() const { return static_cast<int>(mean.size()); }
  friend bool operator==(const ParameterBlock&, const ParameterBlock&) = default;
};

enum class Link { kLog, kSqrt, kIdentity };

// Law of one period given its mean mu (DECISIONS D3).
enum class Law {
  kNegativeBinomial,  // counts: Var = dispersion x mu, dispersion >= 1 (1 is Poisson)
  kGamma,             // amounts: Var = dispersion x mu
  kCompoundGamma,  // amounts with zeros: Poisson number of gamma(shape) sizes, Var = dispersion x
                   // mu
  kStudentT,       // net flows: mean mu, standard deviation `dispersion`, `shape` degrees (> 2)
  kStock,          // stocks: as above
  kExactStock,     // stocks that their flows explain exactly
};

// One series of the model.
struct ModelSeries {
  // Indices into Model::unit_ids, segment_ids, indicator_ids.
  int unit = 0;
  int segment = 0;
  int indicator = 0;
  // Index into Model::groups.
  int group = 0;
  Link link = Link::kLog;
  Law law = Law::kNegativeBinomial;
  double dispersion = 1.0;
  double shape = 0.0;
  // Unit of eta on the identity link (> 0); 1 elsewhere.
  double unit_scale = 1.0;
  // Standard deviation of v: what is persistent and not shared, beyond level's own variance.
  double series_effect_sd = 0.0;
  // True when the series had stopped by as_of: its future is 0.
  bool ended = false;
  // Of a stock: its last known level at as_of, in the indicator's unit; 0 before it opens and for
  // other laws.
  double opening_stock = 0.0;

  friend bool operator==(const ModelSeries&, const ModelSeries&) = default;
};

// The series of one region, segment and indicator, which share a profile in the engine.
struct ModelGroup {
  // Index into Model::unit_ids (a unit at depth 1, or the root when branches hang on it).
  int region = 0;
  int segment = 0;
  int indicator = 0;

  friend bool operator==(const ModelGroup&, const ModelGroup&) = default;
};

// A latent AR(1) around 0 with, on top, a level shock drawn once per horizon year that stays.
struct LatentLaw {
  // In [0, 0.99].
  double autoregression = 0.0;
  double innovation_sd = 0.0;
  // Standard deviation of the persistent shock of each year of the horizon.
  double persistent_sd = 0.0;

  friend bool operator==(const LatentLaw&, const LatentLaw&) = default;
};

// National or regional latents of all indicators.
struct LatentBlock {
  // [indicator]
  std::vector<LatentLaw> laws;
  // Correlation of innovations and shocks across indicators: corr = L L' off the diagonal.
  int rank = 0;
  // [indicator x rank], row-major; squares of a row sum to at most 1.
  std::vector<double> loadings;
  // State at as_of: national [indicator], regional [region x indicator] (regions in the order of
  // Model::region_units).
  std::vector<double> state_mean;
  std::vector<double> state_sd;

  friend bool operator==(const LatentBlock&, const LatentBlock&) = default;
};

// One elasticity, before and after the data.
struct Elasticity {
  ElasticityPrior prior;
  // Index into VarModel::driver_ids, or their count plus an index into Model::derived_drivers.
  int driver = 0;
  // Index into Model::indicator_ids.
  int indicator = 0;
  // Transformed driver value that counts as "no effect".
  double reference = 0.0;
  // 1 - posterior variance / prior variance, in [0, 1].
  double information_share = 0.0;
  // Independent moves of the driver seen in the history.
  int move_count = 0;

  friend bool operator==(const Elasticity&, const Elasticity&) = default;
};

// What the fit has to say about one indicator.
struct IndicatorDiagnostics {
  int series_count = 0;
  int ended_count = 0;
  double zero_share = 0.0;
  // Shares of the variance of a branch's year: national, regional, branch and series, own noise;
  // sum to 1, or are all 0 where nothing varies but other indicators.
  double national_variance_share = 0.0;
  double regional_variance_share = 0.0;
  double branch_variance_share = 0.0;
  double noise_variance_share = 0.0;
  // Effective number of independent years behind the persistent shocks.
  double effective_years = 0.0;

  friend bool operator==(const IndicatorDiagnostics&, const IndicatorDiagnostics&) = default;
};

// A branch's mean (advisers...) acting on an indicator (log link only): eta += beta
// log(ratio[b,t]), ratio = mean over its usual size (sim/network/mean_ratios.h); a cell whose ratio
// is 0 is 0. beta ~ Normal(beta_mean, beta_sd), one draw per path and effect.
struct MeanEffect {
  // Id of a mean of the revision.
  std::string mean;
  // Index into Model::indicator_ids.
  int indicator = 0;
  double beta_mean = 0.0;
  double beta_sd = 0.0;
  // Where the belief comes from.
  std::string source;
  // 1 - posterior variance / prior variance; 0: the fit leaves it at what was believed.
  double information_share = 0.0;
  // What was believed.
  double prior_mean = 0.0;
  double prior_sd = 0.0;
  // Branches whose mean moved in the history.
  int branch_count = 0;

  friend bool operator==(const MeanEffect&, const MeanEffect&) = default;
};

struct Model {
  // Version of these equations, part of every answer.
  static constexpr int kEquations = 2;

  std::string network_id;
  // Last realised period used.
  Period as_of;
  int fit_period_count = 0;

  // Id tables, each in the network's canonical order.
  std::vector<std::string> unit_ids;
  std::vector<std::string> segment_ids;
  std::vector<std::string> indicator_ids;
  // Indices into unit_ids of the regions, ascending.
  std::vector<int> region_units;

  std::vector<ModelGroup> groups;
  std::vector<ModelSeries> series;

  // [series], in eta units; own variance enters v.
  ParameterBlock level;
  // [group], eta units per period.
  ParameterBlock trend;
  double trend_damping = 0.95;
  // [group x periods per year], group-major; rows average to 0.
  ParameterBlock season;
  // [elasticity]
  ParameterBlock elasticity;
  std::vector<Elasticity> elasticities;

  LatentBlock national;
  LatentBlock regional;
  // [indicator]; u is standard normal.
  std::vector<double> branch_loading;

  VarModel drivers;
  // Derived drivers that an elasticity uses, or that another of them uses, in dependency order; not
  // part of the vector autoregression.
  std::vector<DerivedDriver> derived_drivers;
  // Indices into indicator_ids whose cells are proportional to the opening days of their unit,
  // ascending: eta gains log exposure[unit, t], from the calendars of the revision that is
  // simulated.
  std::vector<int> exposed_indicators;
  // Ascending by (mean, indicator).
  std::vector<MeanEffect> mean_effects;
  // [indicator]
  std::vector<IndicatorDiagnostics> diagnostics;
  // Sentences for people: what was assumed, shrunk, not trusted.
  std::vector<std::string> notes;

  friend bool operator==(const Model&, const Model&) = default;
};

// Every broken rule of a model that was edited or imported: sizes that disagree, indices out of
// range, non-finite numbers, negative variances, dispersion < 1 for counts, autoregression outside
// its range. An edited model is refused here, never repaired.
Violations ValidateModel(const Model& model);

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_MODEL_H_
