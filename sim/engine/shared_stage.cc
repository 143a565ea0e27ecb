#include "sim/engine/shared_stage.h"

#include <algorithm>
#include <cmath>

#include "sim/base/hash64.h"
#include "sim/base/math.h"
#include "sim/engine/driver_paths.h"
#include "sim/engine/latents.h"
#include "sim/engine/plan_parts.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

// Standard normal of a parameter: its own part, or a factor of its block.
double ParameterDraw(SharedDraws& draws, uint64_t id64, int draw) {
  return draws.Normal({.purpose = Purpose::kParameter, .id = id64, .draw = draw});
}

// Standard normals of a parameter block's shared factors: [rank].
std::vector<double> BlockFactors(SharedDraws& draws, absl::string_view block, int rank) {
  std::vector<double> factors(rank);
  for (int j = 0; j < rank; ++j) factors[j] = ParameterDraw(draws, Hash64(block), j);
  return factors;
}

// One parameter around its mean: shared and own deviations.
double Deviation(const ParameterBlock& block, size_t i, const std::vector<double>& factors,
                 double own) {
  double deviation = std::sqrt(block.own_variance[i]) * own;
  for (int j = 0; j < block.rank; ++j) {
    deviation += block.shared_factor[i * block.rank + j] * factors[j];
  }
  return deviation;
}

// The size of an event on a path: one draw, whatever the periods and the places.
double EventSize(SharedDraws& draws, const PlanEvent& event) {
  const double uniform = draws.Uniform({.purpose = Purpose::kEvent, .id = event.id64});
  return event.channel_share_ratio * EffectAt(event.effect, uniform);
}

}  // namespace

SharedStage::SharedStage(const Plan& plan)
    : plan_(plan),
      period_count_(plan.period_count()),
      step_count_(plan.step_count()),
      damped_(DampedSteps(plan.shared.trend_damping, step_count_)),
      indicator_row_(plan.shared.indicator_ids.size(), -1) {
  for (int t = 0; t < period_count_; ++t) steps_.push_back(StepOf(plan, plan.horizon.first + t));
  for (int indicator : plan.indicators) {
    indicator_row_[indicator] = static_cast<int>(indicator_id64_.size());
    indicator_id64_.push_back(Hash64(plan.shared.indicator_ids[indicator]));
  }
}

int64_t SharedStage::cost_in_cells() const {
  const int64_t rows = plan_.indicators.size() + plan_.region_rows.size();
  const int64_t drivers =
      static_cast<int64_t>(plan_.shared.drivers.driver_count() + plan_.derived_drivers.count()) *
      plan_.driver_window.size();
  return 1 + rows * (step_count_ + 1) + plan_.group_count() + drivers;
}

std::vector<double> SharedStage::NationalLatents(SharedDraws& draws) const {
  const LatentBlock& block = plan_.shared.national;
  const CommonFactors common = DrawCommonFactors(
      plan_, block, draws, {.purpose = Purpose::kNationalFactor, .id = Hash64("national\x1f")});
  std::vector<double> values;
  for (size_t row = 0; row < plan_.indicators.size(); ++row) {
    const int indicator = plan_.indicators[row];
    const std::vector<double> latent =
        LatentPath(plan_,
                   {.block = block,
                    .indicator = indicator,
                    .state_mean = block.state_mean[indicator],
                    .state_sd = block.state_sd[indicator],
                    .draws = draws,
                    .stream = {.purpose = Purpose::kNationalFactor, .id = indicator_id64_[row]}},
                   common);
    values.insert(values.end(), latent.begin(), latent.end());
  }
  return values;
}

std::vector<double> SharedStage::RegionalLatents(SharedDraws& draws) const {
  const LatentBlock& block = plan_.shared.regional;
  std::vector<double> values;
  CommonFactors common;
  int common_region = -1;
  for (const PlanRegionRow& row : plan_.region_rows) {
    if (row.region != common_region) {
      common = DrawCommonFactors(plan_, block, draws,
                                 {.purpose = Purpose::kRegionalFactor, .id = row.region_id64});
      common_region = row.region;
    }
    const size_t pair = row.region * plan_.shared.indicator_ids.size() + row.indicator;
    const std::vector<double> latent =
        LatentPath(plan_,
                   {.block = block,
                    .indicator = row.indicator,
                    .state_mean = block.state_mean[pair],
                    .state_sd = block.state_sd[pair],
                    .draws = draws,
                    .stream = {.purpose = Purpose::kRegionalFactor, .id = row.id64}},
                   common);
    values.insert(values.end(), latent.begin(), latent.end());
  }
  return values;
}

void SharedStage::AddLatents(SharedDraws& draws, SharedState& state) const {
  const std::vector<double> national = NationalLatents(draws);
  const std::vector<double> regional = RegionalLatents(draws);
  const size_t stride = step_count_ + 1;
  for (int g = 0; g < plan_.group_count(); ++g) {
    const PlanGroup& group = plan_.groups[g];
    const double* nation = national.data() + indicator_row_[group.indicator] * stride;
    const double* region = regional.data() + group.region_row * stride;
    double* profile = state.profile.data() + static_cast<size_t>(g) * period_count_;
    for (int t = 0; t < period_count_; ++t) profile[t] += nation[steps_[t]] + region[steps_[t]];
  }
}

void SharedStage::AddTrendAndSeason(SharedDraws& draws, SharedState& state) const {
  const Model& model = plan_.shared;
  const int season_count = PeriodsPerYear(plan_.as_of.frequency);
  const std::vector<double> trend_factors = BlockFactors(draws, "trend", model.trend.rank);
  const std::vector<double> season_factors = BlockFactors(draws, "season", model.season.rank);
  for (int g = 0; g < plan_.group_count(); ++g) {
    const PlanGroup& group = plan_.groups[g];
    const double trend = Deviation(model.trend, group.model_group, trend_factors,
                                   ParameterDraw(draws, group.id64, 0));
    double* profile = state.profile.data() + static_cast<size_t>(g) * period_count_;
    for (int t = 0; t < period_count_; ++t) {
      const int season = (plan_.horizon.first + t).season();
      const size_t row = static_cast<size_t>(group.model_group) * season_count + season;
      const double own =
          model.season.own_variance[row] > 0.0 ? ParameterDraw(draws, group.id64, 1 + season) : 0.0;
      profile[t] += damped_[steps_[t]] * trend + Deviation(model.season, row, season_factors, own);
    }
  }
}

std::vector<double> SharedStage::DrawElasticities(SharedDraws& draws) const {
  const ParameterBlock& block = plan_.shared.elasticity;
  const std::vector<double> factors = BlockFactors(draws, "elasticity", block.rank);
  std::vector<double> betas;
  for (const PlanElasticity& elasticity : plan_.elasticities) {
    betas.push_back(
        block.mean[elasticity.elasticity] +
        Deviation(block, elasticity.elasticity, factors, ParameterDraw(draws, elasticity.id64, 0)));
  }
  return betas;
}

std::vector<double> SharedStage::ElasticityEffects(SharedDraws& draws,
                                                   const std::vector<double>& drivers) const {
  const std::vector<double> betas = DrawElasticities(draws);
  const int window_size = plan_.driver_window.size();
  std::vector<double> effects;
  for (size_t e = 0; e < betas.size(); ++e) {
    const Elasticity& elasticity = plan_.shared.elasticities[plan_.elasticities[e].elasticity];
    const size_t driver = static_cast<size_t>(elasticity.driver) * window_size;
    const int offset = plan_.horizon.first - plan_.driver_window.first - elasticity.prior.lag;
    for (int t = 0; t < period_count_; ++t) {
      effects.push_back(betas[e] * DriverDeviation(elasticity, drivers[driver + offset + t]));
    }
  }
  return effects;
}

double SharedStage::RateAt(const PlanRate& rate, int t, const std::vector<double>& drivers) const {
  const size_t window_size = plan_.driver_window.size();
  const size_t place = plan_.horizon.first - plan_.driver_window.first + t;
  double product = 1.0;
  for (const PlanDriverFactor& factor : rate.factors) {
    double sum = factor.constant;
    for (const auto& [driver, coefficient] : factor.weights) {
      sum += coefficient * drivers[driver * window_size + place];
    }
    product *= sum;
  }
  return product;
}

void SharedStage::AddDrivers(SharedDraws& draws, SharedState& state) const {
  if (plan_.elasticities.empty() && plan_.rates.empty()) return;
  const std::vector<double> drivers = DriverPaths(plan_, state.regime, draws);
  AddElasticities(draws, drivers, state);
  for (const PlanRate& rate : plan_.rates) {
    for (int t = 0; t < period_count_; ++t) state.rates.push_back(RateAt(rate, t, drivers));
  }
}

void SharedStage::AddElasticities(SharedDraws& draws, const std::vector<double>& drivers,
                                  SharedState& state) const {
  if (plan_.elasticities.empty()) return;
  const std::vector<double> effects = ElasticityEffects(draws, drivers);
  for (size_t e = 0; e < plan_.elasticities.size(); ++e) {
    const double* effect = effects.data() + e * period_count_;
    for (int g : plan_.elasticities[e].groups) {
      double* profile = state.profile.data() + static_cast<size_t>(g) * period_count_;
      for (int t = 0; t < period_count_; ++t) profile[t] += effect[t];
    }
  }
}

void SharedStage::AddEvents(SharedDraws& draws, SharedState& state) const {
  for (const PlanEvent& event : plan_.events) {
    const double share_effect = EventSize(draws, event);
    const size_t row = state.event_size.size();
    if (!event.HappensIn(state.regime)) {
      state.event_size.resize(row + event.weights.size(), 1.0);
      state.event_log_size.resize(row + event.weights.size(), 0.0);
      continue;
    }
    for (double weight : event.weights) {
      state.event_size.push_back(EventFactor(share_effect, weight, event.contained));
      state.event_log_size.push_back(Log(state.event_size.back()));
    }
    for (int g : event.groups) AddEventToGroup(g, row, state);
  }
}

void SharedStage::AddEventToGroup(int g, size_t row, SharedState& state) const {
  const bool log_link = plan_.groups[g].link == Link::kLog;
  const size_t first = static_cast<size_t>(g) * period_count_;
  for (int t = 0; t < period_count_; ++t) {
    if (log_link) {
      state.profile[first + t] += state.event_log_size[row + t];
    } else {
      state.event_factor[first + t] *= state.event_size[row + t];
    }
  }
}

SharedState SharedStage::Draw(int64_t path) const {
  StreamDraws draws(plan_.seed, path);
  return Draw(draws);
}

int SharedStage::DrawRegime(SharedDraws& draws) const {
  if (plan_.regime_count() == 1) return 0;
  const double uniform = draws.Uniform({.purpose = Purpose::kScenario, .id = Hash64("regime\x1f")});
  const auto found =
      std::find_if(plan_.regimes.begin(), plan_.regimes.end() - 1,
                   [uniform](const PlanRegime& regime) { return uniform < regime.cumulated; });
  return static_cast<int>(found - plan_.regimes.begin());
}

SharedState SharedStage::Draw(SharedDraws& draws) const {
  SharedState state{.regime = DrawRegime(draws)};
  Fill(draws, state);
  return state;
}

SharedState SharedStage::DrawIn(int regime, SharedDraws& draws) const {
  // Asked all the same: sources of draws count.
  (void)DrawRegime(draws);
  SharedState state{.regime = regime};
  Fill(draws, state);
  return state;
}

void SharedStage::Fill(SharedDraws& draws, SharedState& state) const {
  const size_t size = static_cast<size_t>(plan_.group_count()) * period_count_;
  state.profile.assign(size, 0.0);
  state.event_factor.assign(size, 1.0);
  AddLatents(draws, state);
  AddTrendAndSeason(draws, state);
  AddDrivers(draws, state);
  AddEvents(draws, state);
  const int mean_count = static_cast<int>(plan_.mean_factors.size());
  state.level_factors = BlockFactors(draws, "level", plan_.level_rank - mean_count);
  for (const uint64_t id64 : plan_.mean_factors) {
    state.level_factors.push_back(ParameterDraw(draws, id64, 0));
  }
}

}  // namespace jalon::sim
