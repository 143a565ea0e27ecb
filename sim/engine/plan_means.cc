#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/hash64.h"
#include "sim/base/math.h"
#include "sim/engine/plan_parts.h"
#include "sim/network/mean_ratios.h"

namespace jalon::sim {
namespace {

bool IsKnown(const MeansTable& table, const std::string& mean) {
  return std::any_of(table.series.begin(), table.series.end(),
                     [&](const MeanSeries& series) { return series.mean == mean; });
}

// Effects of means whose mean the revision does not have.
Violations CheckKnown(const PlanInput& input) {
  Violations violations;
  for (size_t m = 0; m < input.model.mean_effects.size(); ++m) {
    const std::string& mean = input.model.mean_effects[m].mean;
    if (IsKnown(input.revision.means, mean)) continue;
    violations.Add({.field = absl::StrCat("model.mean_effects[", m, "].mean"),
                    .value = mean,
                    .rule = "must be a mean of the revision: the model was fitted with it",
                    .reason = "MEAN_MISSING"});
  }
  return violations;
}

// Average log ratio of the year after the model's as_of, months without any left out.
double UsualLogRatio(const MeanRatios& ratios, int unit, const Window& year) {
  double sum = 0.0;
  int count = 0;
  for (Period p = year.first; p <= year.last; p = p + 1) {
    const double ratio = ratios.ratio(unit, p);
    if (!(ratio > 0)) continue;
    sum += Log(ratio);
    ++count;
  }
  return count > 0 ? sum / count : 0.0;
}

// One effect over one plan.
class EffectAdder {
 public:
  EffectAdder(const PlanInput& input, int effect, Plan& plan)
      : input_(input),
        effect_(input.model.mean_effects[effect]),
        column_(plan.level_rank - static_cast<int>(input.model.mean_effects.size()) + effect),
        year_{input.model.as_of + 1, input.model.as_of + PeriodsPerYear(plan.as_of.frequency)},
        ratios_(RatiosOf(input, effect_, plan.horizon)),
        year_ratios_(RatiosOf(input, effect_, year_)),
        plan_(plan) {}

  void Run() {
    for (int i = 0; i < plan_.series_count(); ++i) {
      const PlanSeries& series = plan_.series[i];
      if (series.group < 0 || plan_.groups[series.group].indicator != effect_.indicator) continue;
      const int unit = input_.revision.realisations.key(series.row).unit;
      if (ratios_.acts(unit)) Add(i, unit);
    }
  }

 private:
  void Add(int i, int unit) {
    const double loading = effect_.beta_sd * UsualLogRatio(year_ratios_, unit, year_);
    plan_.level_loadings[static_cast<size_t>(i) * plan_.level_rank + column_] = loading;
    const double correction = 0.5 * loading * loading;
    for (int t = 0; t < plan_.period_count(); ++t) {
      const size_t cell = static_cast<size_t>(i) * plan_.period_count() + t;
      const double ratio = ratios_.ratio(unit, plan_.horizon.first + t);
      if (ratio > 0) {
        plan_.base[cell] += effect_.beta_mean * Log(ratio) - correction;
      } else if (std::isnan(plan_.realised[cell])) {
        plan_.realised[cell] = 0.0;
      }
    }
  }

  const PlanInput& input_;
  const MeanEffect& effect_;
  const int column_;
  const Window year_;
  const MeanRatios ratios_;
  const MeanRatios year_ratios_;
  Plan& plan_;
};

// Gives every series `count` more loadings, 0.
void AddColumns(int count, Plan& plan) {
  const int before = plan.level_rank;
  std::vector<double> loadings(plan.series.size() * (before + count), 0.0);
  for (size_t i = 0; i < plan.series.size(); ++i) {
    std::copy_n(plan.level_loadings.begin() + i * before, before,
                loadings.begin() + i * (before + count));
  }
  plan.level_loadings = std::move(loadings);
  plan.level_rank = before + count;
}

}  // namespace

MeanRatios RatiosOf(const PlanInput& input, const MeanEffect& effect, const Window& window) {
  return {input.revision.network,
          input.revision.means,
          {effect.mean, input.model.as_of, input.as_of, window}};
}

Violations AddMeans(const PlanInput& input, Plan& plan) {
  const std::vector<MeanEffect>& effects = input.model.mean_effects;
  if (effects.empty()) return Violations();
  Violations violations = CheckKnown(input);
  AddColumns(static_cast<int>(effects.size()), plan);
  for (size_t m = 0; m < effects.size(); ++m) {
    const std::string id = absl::StrCat("mean\x1f", effects[m].mean, "\x1f",
                                        input.model.indicator_ids[effects[m].indicator]);
    plan.mean_factors.push_back(Hash64(id));
    EffectAdder(input, static_cast<int>(m), plan).Run();
  }
  return violations;
}

}  // namespace jalon::sim
