#include "sim/engine/conditional/path_inputs.h"

#include <algorithm>

#include "sim/base/bytes_of.h"
#include "sim/base/same_bits.h"

namespace jalon::sim {
namespace {

// Whether the two have the same sources of paths but for events and courses of drivers.
bool HaveSameSources(const PathInputs& inputs, const Plan& plan) {
  return inputs.seed == plan.seed && inputs.groups == plan.groups &&
         inputs.region_rows == plan.region_rows && inputs.indicators == plan.indicators &&
         inputs.mean_factors == plan.mean_factors && inputs.elasticities == plan.elasticities &&
         inputs.driver_window == plan.driver_window &&
         HaveSameBits(inputs.driver_history, plan.driver_history) &&
         HaveSameBits(inputs.level_loadings, plan.level_loadings) &&
         HaveSameBits(inputs.base, plan.base) && inputs.shared == plan.shared;
}

bool Contains(const std::vector<PlanEvent>& events, const PlanEvent& event) {
  // Sorted by id; parts of one event are neighbours.
  auto same_id =
      std::lower_bound(events.begin(), events.end(), event.id64,
                       [](const PlanEvent& other, uint64_t id64) { return other.id64 < id64; });
  for (; same_id != events.end() && same_id->id64 == event.id64; ++same_id) {
    if (*same_id == event) return true;
  }
  return false;
}

// Marks what an event that only one of two plans has does to series, alone or by their groups.
class EventMoves {
 public:
  explicit EventMoves(const Plan& plan)
      : of_group_(plan.groups.size(), plan.period_count()),
        of_series_(plan.series.size(), plan.period_count()) {}

  // Those of `events` that `others` does not have.
  void Add(const std::vector<PlanEvent>& events, const std::vector<PlanEvent>& others) {
    for (const PlanEvent& event : events) {
      if (!Contains(others, event)) Add(event);
    }
  }

  void AddGroup(int group, int first) { of_group_[group] = std::min(of_group_[group], first); }

  // Stocks apart.
  std::vector<int> OfSeries(const Plan& plan) && {
    for (size_t i = 0; i < of_series_.size(); ++i) {
      const int group = plan.series[i].group;
      if (group >= 0) of_series_[i] = std::min(of_series_[i], of_group_[group]);
    }
    return std::move(of_series_);
  }

 private:
  void Add(const PlanEvent& event) {
    const auto felt = std::find_if(event.weights.begin(), event.weights.end(),
                                   [&](double weight) { return weight != event.contained; });
    const int first = static_cast<int>(felt - event.weights.begin());
    for (const int g : event.groups) AddGroup(g, first);
    for (const int i : event.series) of_series_[i] = std::min(of_series_[i], first);
  }

  // [group] and [series]
  std::vector<int> of_group_;
  std::vector<int> of_series_;
};

// The first period of the horizon that hears of another course of a driver.
int FirstOfDrivers(const PathInputs& inputs, const Plan& plan) {
  const PlanRegime& regime = plan.regimes.front();
  const std::optional<DriverSimulator>& before = inputs.driver_simulator;
  const std::optional<DriverSimulator>& after = regime.driver_simulator;
  if (before.has_value() != after.has_value()) return 0;
  if (!after) return plan.period_count();
  const int simulated = after->period_count();
  const int first =
      std::min(after->FirstDifferenceFrom(*before),
               FirstDifference(inputs.derived_courses, regime.derived_courses, simulated));
  if (first == simulated) return plan.period_count();
  return std::clamp(plan.as_of + 1 + first - plan.horizon.first, 0, plan.period_count());
}

// A level hears of all that fed it before.
void AddStocks(const Plan& plan, std::vector<int>& first) {
  for (size_t i = 0; i < plan.series.size(); ++i) {
    if (plan.series[i].stock < 0) continue;
    const PlanStock& stock = plan.stocks[plan.series[i].stock];
    for (int f = stock.first_flow; f < stock.end_flow; ++f) {
      first[i] = std::min(first[i], first[plan.stock_flows[f].series]);
    }
  }
}

int64_t BytesOfEvents(const std::vector<PlanEvent>& events) {
  int64_t bytes = BytesOf(events);
  for (const PlanEvent& event : events) {
    bytes += BytesOf(event.weights) + BytesOf(event.groups) + BytesOf(event.series);
  }
  return bytes;
}

// Of a model without series, roughly: most are its seasons.
int64_t BytesOfModel(const Model& model) {
  constexpr int64_t kString = 48;
  const auto strings = model.unit_ids.size() + model.segment_ids.size() +
                       model.indicator_ids.size() + model.notes.size();
  return BytesOf(model.groups) + BytesOf(model.season.mean) + BytesOf(model.season.own_variance) +
         BytesOf(model.season.shared_factor) + BytesOf(model.trend.mean) +
         BytesOf(model.trend.own_variance) + static_cast<int64_t>(strings) * kString;
}

}  // namespace

int64_t PathInputs::bytes() const {
  int64_t total = BytesOf(base) + BytesOf(level_loadings) + BytesOf(groups) + BytesOf(region_rows) +
                  BytesOf(indicators) + BytesOf(mean_factors) + BytesOf(elasticities) +
                  BytesOf(driver_history) + BytesOfEvents(events) + BytesOfModel(shared);
  for (const PlanElasticity& elasticity : elasticities) total += BytesOf(elasticity.groups);
  return total;
}

PathInputs PathInputsOf(const Plan& plan) {
  const PlanRegime& regime = plan.regimes.front();
  return {.seed = plan.seed,
          .shared = plan.shared,
          .base = plan.base,
          .level_loadings = plan.level_loadings,
          .groups = plan.groups,
          .region_rows = plan.region_rows,
          .indicators = plan.indicators,
          .mean_factors = plan.mean_factors,
          .elasticities = plan.elasticities,
          .driver_window = plan.driver_window,
          .driver_history = plan.driver_history,
          .driver_simulator = regime.driver_simulator,
          .derived_courses = regime.derived_courses,
          .events = plan.events};
}

double PredictPathInputsBytes(const Plan& plan) {
  double bytes = static_cast<double>((plan.base.size() + plan.level_loadings.size() +
                                      plan.driver_history.size() + plan.mean_factors.size()) *
                                         sizeof(double) +
                                     plan.groups.size() * sizeof(PlanGroup) +
                                     plan.region_rows.size() * sizeof(PlanRegionRow) +
                                     plan.indicators.size() * sizeof(int)) +
                 static_cast<double>(BytesOfEvents(plan.events) + BytesOfModel(plan.shared) +
                                     BytesOf(plan.elasticities));
  for (const PlanElasticity& elasticity : plan.elasticities) {
    bytes += static_cast<double>(BytesOf(elasticity.groups));
  }
  return bytes;
}

std::optional<FirstMoves> FirstMovesOf(const PathInputs& inputs, const Plan& plan) {
  if (plan.regime_count() > 1 || !HaveSameSources(inputs, plan)) return std::nullopt;
  EventMoves moves(plan);
  moves.Add(plan.events, inputs.events);
  moves.Add(inputs.events, plan.events);
  FirstMoves first{.rates = FirstOfDrivers(inputs, plan)};
  for (const PlanElasticity& elasticity : plan.elasticities) {
    for (const int g : elasticity.groups) moves.AddGroup(g, first.rates);
  }
  first.series = std::move(moves).OfSeries(plan);
  AddStocks(plan, first.series);
  return first;
}

}  // namespace jalon::sim
