#include <vector>

#include "sim/base/square.h"
#include "sim/engine/plan_parts.h"

namespace jalon::sim {
namespace {

// Variance of row `i` of a block: shared + own.
double BlockVariance(const ParameterBlock& block, size_t i) {
  double variance = block.own_variance[i];
  for (int j = 0; j < block.rank; ++j) variance += Square(block.shared_factor[i * block.rank + j]);
  return variance;
}

// Variance of a latent at steps 0..step_count: state, innovations and the years' shocks.
std::vector<double> LatentVariances(const LatentLaw& law, double state_sd, int step_count,
                                    int periods_per_year) {
  std::vector<double> variances{Square(state_sd)};
  double moving = variances[0];
  for (int h = 1; h <= step_count; ++h) {
    moving = Square(law.autoregression) * moving + Square(law.innovation_sd);
    const int shocks = (h - 1) / periods_per_year + 1;
    variances.push_back(moving + shocks * Square(law.persistent_sd));
  }
  return variances;
}

// National plus regional variance of a group at every step.
std::vector<double> GroupLatentVariances(const Plan& plan, const PlanGroup& group) {
  const Model& model = plan.shared;
  const int periods_per_year = PeriodsPerYear(plan.as_of.frequency);
  const int region = plan.region_rows[group.region_row].region;
  const size_t pair = region * model.indicator_ids.size() + group.indicator;
  std::vector<double> sum = LatentVariances(model.national.laws[group.indicator],
                                            model.national.state_sd[group.indicator],
                                            plan.step_count(), periods_per_year);
  const std::vector<double> regional =
      LatentVariances(model.regional.laws[group.indicator], model.regional.state_sd[pair],
                      plan.step_count(), periods_per_year);
  for (size_t h = 0; h < sum.size(); ++h) sum[h] += regional[h];
  return sum;
}

// [period]: trend and season of a group, minus half the variance of what is drawn for the group on
// the log link.
std::vector<double> GroupBase(const Plan& plan, const PlanGroup& group,
                              const std::vector<double>& damped) {
  const Model& model = plan.shared;
  const int season_count = PeriodsPerYear(plan.as_of.frequency);
  const std::vector<double> latents = GroupLatentVariances(plan, group);
  std::vector<double> base;
  for (int t = 0; t < plan.period_count(); ++t) {
    const Period period = plan.horizon.first + t;
    const int h = StepOf(plan, period);
    const size_t season = static_cast<size_t>(group.model_group) * season_count + period.season();
    double eta = damped[h] * model.trend.mean[group.model_group] + model.season.mean[season];
    if (group.link == Link::kLog) {
      eta -= 0.5 * (latents[h] + BlockVariance(model.season, season) +
                    Square(damped[h]) * BlockVariance(model.trend, group.model_group));
    }
    base.push_back(eta);
  }
  return base;
}

// Level of a series, minus half the variance of u and v and the shared part of its level on the log
// link.
double SeriesBase(const PlanSeries& series, const ParameterBlock& level, int model_series) {
  double eta = level.mean[model_series];
  if (series.link != Link::kLog) return eta;
  double variance = Square(series.branch_loading) + Square(series.series_effect_sd);
  for (int j = 0; j < level.rank; ++j) {
    variance += Square(level.shared_factor[static_cast<size_t>(model_series) * level.rank + j]);
  }
  return eta - 0.5 * variance;
}

}  // namespace

std::vector<double> DampedSteps(double damping, int step_count) {
  std::vector<double> damped{0.0};
  double power = 1.0;
  for (int h = 1; h <= step_count; ++h) {
    power *= damping;
    damped.push_back(damped.back() + power);
  }
  return damped;
}

std::vector<double> BaseEta(const Plan& plan, const Model& model,
                            const std::vector<int>& model_series) {
  const std::vector<double> damped = DampedSteps(model.trend_damping, plan.step_count());
  std::vector<std::vector<double>> group_base;
  for (const PlanGroup& group : plan.groups) group_base.push_back(GroupBase(plan, group, damped));
  const int period_count = plan.period_count();
  std::vector<double> base(plan.series.size() * period_count, 0.0);
  for (size_t i = 0; i < plan.series.size(); ++i) {
    const PlanSeries& series = plan.series[i];
    if (series.group < 0) continue;
    const double level = SeriesBase(series, model.level, model_series[i]);
    for (int t = 0; t < period_count; ++t) {
      base[i * period_count + t] = level + group_base[series.group][t];
    }
  }
  return base;
}

}  // namespace jalon::sim
