// The true parameters of the demo, as a Model without uncertainty, and the past of its latents.
#ifndef JALON_SIM_DEMO_TRUTH_H_
#define JALON_SIM_DEMO_TRUTH_H_

#include <vector>

#include "sim/demo/demo.h"
#include "sim/demo/draws.h"
#include "sim/model/model.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

// What builds a truth. Borrowed for the call.
struct TruthInput {
  const Network& network;
  const DriverTable& drivers;
  const std::vector<SeriesKey>& keys;
  const DemoOptions& options;
  const MeansTable& means;
};

// The model of the demo at its last period: levels from each branch's size, kind and a taste of its
// own; trends and seasons by group around the national ones; elasticities, latent laws and noise
// from the catalogue; stocks stand at as_of where their branch's size says. Every own_variance and
// state_sd is 0.
Model MakeTruth(const TruthInput& input, const DemoDraws& draws);

// Shared and persistent parts of eta in the past.
struct TruthPast {
  Window history;
  // [group x period]: trend, season, elasticities, national and regional latents and the yearly
  // shocks still to come before the last period.
  std::vector<double> group_eta;
  // [series x year back]: what the yearly steps of branch and series after that year take away;
  // year 0 ends at the last period.
  std::vector<double> series_eta;
  int year_count = 0;
};

// Runs the model's equations backwards from its last period: yearly steps of sd `persistent_sd`,
// `branch_loading` and `series_effect_sd` at the start of each year of 12 periods counted back from
// the last one, AR(1) latents, a linear trend. Sets the latents' state in `truth` to where the
// paths end.
TruthPast MakePast(const TruthInput& input, const DemoDraws& draws, Model& truth);

}  // namespace jalon::sim

#endif  // JALON_SIM_DEMO_TRUTH_H_
