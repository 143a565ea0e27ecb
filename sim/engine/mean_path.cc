#include "sim/engine/mean_path.h"

#include <algorithm>
#include <optional>

#include "sim/base/math.h"
#include "sim/base/status_macros.h"
#include "sim/calendar/opening_days.h"
#include "sim/engine/driver_paths.h"
#include "sim/engine/plan_parts.h"
#include "sim/network/known_dates.h"
#include "sim/network/mean_ratios.h"

namespace jalon::sim {
namespace {

double MeanOf(const EffectLaw& law) {
  if (law.kind != EffectLaw::Kind::kTriangular) return law.mode;
  return (law.low + law.mode + law.high) / 3.0;
}

// Evaluates the model's equations at the mean of everything in one regime.
class MeanMaker {
 public:
  MeanMaker(const PlanInput& input, const Plan& plan, int regime)
      : input_(input),
        plan_(plan),
        regime_(regime),
        index_(IndexModel(input.revision.network, input.model)),
        dates_(input.revision, input.as_of),
        days_(input.revision.network, input.revision.calendars, plan.horizon),
        damped_(DampedSteps(input.model.trend_damping, plan.step_count())),
        exposed_(input.model.indicator_ids.size(), false),
        group_eta_(Cells(plan.group_count()), 0.0),
        group_factor_(Cells(plan.group_count()), 1.0) {
    for (const int k : input.model.exposed_indicators) exposed_[k] = true;
    for (const MeanEffect& effect : input.model.mean_effects) {
      means_.push_back(RatiosOf(input, effect, plan.horizon));
    }
    AddTrendAndSeason();
    AddDrivers();
    AddEvents();
  }

  // [period]: expected cells of a series of the plan.
  std::vector<double> Series(int i) const {
    const PlanSeries& series = plan_.series[i];
    const SeriesKey& key = input_.revision.realisations.key(series.row);
    const std::optional<int> found = index_.Find(key);
    std::vector<double> means(plan_.period_count(), 0.0);
    if (!found || series.group < 0 || input_.model.series[*found].ended) return means;
    for (int t = 0; t < plan_.period_count(); ++t) {
      if (!dates_.IsOpen(key.unit, plan_.horizon.first + t)) continue;
      means[t] = Cell(i, *found, t) * OwnEvents(i, t);
      if (exposed_[input_.model.series[*found].indicator]) {
        means[t] *= days_.exposure(key.unit, plan_.horizon.first + t);
      }
      means[t] *= MeanFactor(input_.model.series[*found].indicator, key.unit, t);
    }
    return means;
  }

 private:
  size_t Cells(int rows) const { return static_cast<size_t>(rows) * plan_.period_count(); }
  size_t At(int row, int t) const { return Cells(row) + t; }

  double Cell(int i, int model_series, int t) const {
    const size_t cell = At(plan_.series[i].group, t);
    const double eta = input_.model.level.mean[model_series] + group_eta_[cell];
    const ModelSeries& series = input_.model.series[model_series];
    return LinkedMean(series, eta) * group_factor_[cell];
  }

  // What the means of a branch multiply its expected cells by.
  double MeanFactor(int indicator, int unit, int t) const {
    double factor = 1.0;
    for (size_t m = 0; m < means_.size(); ++m) {
      const MeanEffect& effect = input_.model.mean_effects[m];
      if (effect.indicator != indicator) continue;
      const double ratio = means_[m].ratio(unit, plan_.horizon.first + t);
      factor *= ratio > 0 ? Exp(effect.beta_mean * Log(ratio)) : 0.0;
    }
    return factor;
  }

  static double LinkedMean(const ModelSeries& series, double eta) {
    if (series.link == Link::kLog) return Exp(eta);
    if (series.link == Link::kSqrt) return eta > 0 ? eta * eta : 0.0;
    return series.unit_scale * eta;
  }

  // What the events on this series alone multiply it by.
  double OwnEvents(int i, int t) const {
    double factor = 1.0;
    for (int e = plan_.series_event_first[i]; e < plan_.series_event_first[i + 1]; ++e) {
      const PlanEvent& event = plan_.events[plan_.series_events[e]];
      if (event.HappensIn(regime_)) factor *= Factor(event, t);
    }
    return factor;
  }

  static double Factor(const PlanEvent& event, int t) {
    return EventFactor(event.channel_share_ratio * MeanOf(event.effect), event.weights[t],
                       event.contained);
  }

  // A latent's expected value `h` steps after as_of: its state fades.
  static double StateAfter(const LatentLaw& law, double state, int h) {
    for (int step = 0; step < h; ++step) state *= law.autoregression;
    return state;
  }

  // National and regional latents of a group.
  double LatentMean(const PlanGroup& group, int h) const {
    const Model& model = input_.model;
    const int k = group.indicator;
    const int region = plan_.region_rows[group.region_row].region;
    const size_t pair = static_cast<size_t>(region) * model.indicator_ids.size() + k;
    return StateAfter(model.national.laws[k], model.national.state_mean[k], h) +
           StateAfter(model.regional.laws[k], model.regional.state_mean[pair], h);
  }

  void AddTrendAndSeason() {
    const Model& model = input_.model;
    const int seasons = PeriodsPerYear(plan_.as_of.frequency);
    for (int g = 0; g < plan_.group_count(); ++g) {
      const int group = plan_.groups[g].model_group;
      for (int t = 0; t < plan_.period_count(); ++t) {
        const Period period = plan_.horizon.first + t;
        const int h = StepOf(plan_, period);
        group_eta_[At(g, t)] =
            damped_[h] * model.trend.mean[group] + LatentMean(plan_.groups[g], h) +
            model.season.mean[static_cast<size_t>(group) * seasons + period.season()];
      }
    }
  }

  void AddDrivers() {
    if (plan_.elasticities.empty()) return;
    const std::vector<double> drivers = MeanDriverPaths(plan_, regime_);
    for (const PlanElasticity& part : plan_.elasticities) {
      const Elasticity& elasticity = input_.model.elasticities[part.elasticity];
      const size_t driver = static_cast<size_t>(elasticity.driver) * plan_.driver_window.size();
      const int offset = plan_.horizon.first - plan_.driver_window.first - elasticity.prior.lag;
      for (int t = 0; t < plan_.period_count(); ++t) {
        const double effect = input_.model.elasticity.mean[part.elasticity] *
                              DriverDeviation(elasticity, drivers[driver + offset + t]);
        for (const int g : part.groups) group_eta_[At(g, t)] += effect;
      }
    }
  }

  void AddEvents() {
    for (const PlanEvent& event : plan_.events) {
      if (!event.HappensIn(regime_)) continue;
      for (int t = 0; t < plan_.period_count(); ++t) {
        for (const int g : event.groups) group_factor_[At(g, t)] *= Factor(event, t);
      }
    }
  }

  const PlanInput& input_;
  const Plan& plan_;
  const int regime_;
  const ModelIndex index_;
  const KnownDates dates_;
  const OpeningDays days_;
  const std::vector<double> damped_;
  // [model indicator]
  std::vector<bool> exposed_;
  // [effect of a mean]
  std::vector<MeanRatios> means_;
  // [plan group x period]
  std::vector<double> group_eta_;
  std::vector<double> group_factor_;
};

// Sums over the rows of `path` inside `range`.
std::vector<double> SumOfRows(const MeanPath& path, const Realisations& realisations,
                              const NodeRange& range, const Window& asked) {
  std::vector<double> sums(asked.size(), 0.0);
  for (const int row : realisations.RowsIn(range)) {
    const auto found = std::lower_bound(path.rows.begin(), path.rows.end(), row);
    if (found == path.rows.end() || *found != row) continue;
    const size_t first = (found - path.rows.begin()) * static_cast<size_t>(path.window.size());
    const int offset = asked.first - path.window.first;
    for (int t = 0; t < asked.size(); ++t) sums[t] += path.means[first + offset + t];
  }
  return sums;
}

std::vector<MeanElimination> MeanEliminations(const PlanInput& input) {
  const Revision& revision = input.revision;
  const CreditCells cells(revision.network, revision.credit.eliminations);
  const Window year = YearUpTo(revision, input.as_of);
  std::vector<MeanElimination> eliminations;
  for (const SeriesKey& place : PlacesOf(cells)) {
    const EliminationShare share = EliminationShareOver(revision, cells, place, year);
    if (share == EliminationShare{}) continue;
    eliminations.push_back(
        {place, RangeOf(revision.network, place.indicator, place.unit, place.segment), share});
  }
  return eliminations;
}

}  // namespace

std::vector<double> MeanPath::Sum(const Realisations& realisations, const NodeRange& range,
                                  const Window& asked) const {
  std::vector<double> sums = SumOfRows(*this, realisations, range, asked);
  for (const MeanElimination& elimination : eliminations) {
    if (!range.contains(elimination.place)) continue;
    const EliminationShare& share = elimination.share;
    const std::vector<double> below = SumOfRows(*this, realisations, elimination.below, asked);
    for (size_t t = 0; t < sums.size(); ++t) sums[t] += share.quotient * below[t] + share.constant;
  }
  return sums;
}

absl::StatusOr<MeanPath> MakeMeanPath(const PlanInput& input) {
  JALON_ASSIGN_OR_RETURN(const Plan plan, BuildPlan(input));
  MeanPath path;
  path.window = plan.horizon;
  path.eliminations = MeanEliminations(input);
  // The series of ones is no series of the realisations.
  std::vector<int> kept;
  for (int i = 0; i < plan.series_count(); ++i) {
    if (plan.series[i].row < 0) continue;
    kept.push_back(i);
    path.rows.push_back(plan.series[i].row);
  }
  path.means.assign(kept.size() * plan.period_count(), 0.0);
  for (int r = 0; r < plan.regime_count(); ++r) {
    const MeanMaker maker(input, plan, r);
    auto cell = path.means.begin();
    for (const int i : kept) {
      for (const double mean : maker.Series(i)) *cell++ += plan.regimes[r].weight * mean;
    }
  }
  return path;
}

}  // namespace jalon::sim
