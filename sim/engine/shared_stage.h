// The shared stage of a path: everything several series have in common (DECISIONS D1).
//
// Scalar code, any nonlinearity. Each number is keyed by what it is (purpose, hashed name, path,
// period), so it is the same whichever series and targets are in the plan. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_SHARED_STAGE_H_
#define JALON_SIM_ENGINE_SHARED_STAGE_H_

#include <cstdint>
#include <vector>

#include "sim/engine/plan.h"
#include "sim/engine/shared_draws.h"

namespace jalon::sim {

// What the series stage reads of one path.
struct SharedState {
  // Index into Plan::regimes: the world the path is in.
  int regime = 0;
  // [group x period of the horizon]: shared part of eta. On the log link events are in it.
  std::vector<double> profile;
  // [group x period]: product of EventFactor over events, for groups on the other
  // links. 1 without events.
  std::vector<double> event_factor;
  // [event x period]: EventFactor, and its natural logarithm.
  std::vector<double> event_size;
  std::vector<double> event_log_size;
  // [level_rank]: z of the level block, then of the elasticities of means.
  std::vector<double> level_factors;
  // [rate of the plan x period]: what terms of derived indicators are multiplied by.
  std::vector<double> rates;

  double rate(int r, int t, int period_count) const {
    return rates[static_cast<size_t>(r) * period_count + t];
  }
};

// A driver under a log transform never counts for less than this far under its reference: a
// simulated level may touch zero, an elasticity may not.
inline constexpr double kLowestLogDriver = -3.0;

// Draws shared states. `plan` must outlive it. Thread-compatible, const draws are thread-safe.
class SharedStage {
 public:
  explicit SharedStage(const Plan& plan);

  // The state of a path by independent draws (the sampled estimator's), and the state that `draws`
  // give: one body.
  SharedState Draw(int64_t path) const;
  SharedState Draw(SharedDraws& draws) const;
  // The state that `draws` give in regime `regime`, whichever they would have drawn.
  SharedState DrawIn(int regime, SharedDraws& draws) const;
  // Work of one Draw in series cells, for slices.
  int64_t cost_in_cells() const;

 private:
  // [row x step 0..step_count] of latents.
  std::vector<double> NationalLatents(SharedDraws& draws) const;
  std::vector<double> RegionalLatents(SharedDraws& draws) const;
  // [elasticity of the plan]
  std::vector<double> DrawElasticities(SharedDraws& draws) const;
  // [plan elasticity x period]: beta (x - reference). `drivers`: DriverPaths.
  std::vector<double> ElasticityEffects(SharedDraws& draws,
                                        const std::vector<double>& drivers) const;
  void AddLatents(SharedDraws& draws, SharedState& state) const;
  void AddTrendAndSeason(SharedDraws& draws, SharedState& state) const;
  // The regime of a path: one uniform, by the inverse of the weights' distribution function.
  // Nothing is drawn without a mixture.
  int DrawRegime(SharedDraws& draws) const;
  // All the rest, in state.regime.
  void Fill(SharedDraws& draws, SharedState& state) const;
  // Elasticities, and rates of derived indicators.
  void AddDrivers(SharedDraws& draws, SharedState& state) const;
  void AddElasticities(SharedDraws& draws, const std::vector<double>& drivers,
                       SharedState& state) const;
  // Product of the factors of a rate in period t.
  double RateAt(const PlanRate& rate, int t, const std::vector<double>& drivers) const;
  void AddEvents(SharedDraws& draws, SharedState& state) const;
  // `row`: first cell of the event in SharedState::event_size.
  void AddEventToGroup(int g, size_t row, SharedState& state) const;

  const Plan& plan_;
  int period_count_;
  int step_count_;
  // [period]: step of each period of the horizon.
  std::vector<int> steps_;
  // damped(h) of each step.
  std::vector<double> damped_;
  // [plan indicator]: stream of the national latent's own part.
  std::vector<uint64_t> indicator_id64_;
  // [model indicator]: row among the plan's indicators.
  std::vector<int> indicator_row_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_SHARED_STAGE_H_
