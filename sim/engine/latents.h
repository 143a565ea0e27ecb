// Paths of the national and regional latents: AR(1) around 0 from an uncertain state, plus one
// shock a year that stays. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_LATENTS_H_
#define JALON_SIM_ENGINE_LATENTS_H_

#include <cstdint>
#include <vector>

#include "sim/engine/plan.h"
#include "sim/engine/shared_draws.h"
#include "sim/random/stream.h"

namespace jalon::sim {

// The common factors of one latent block on one path: standard normals.
struct CommonFactors {
  // [step 1..step_count x rank]
  std::vector<double> innovations;
  // [year of the horizon x rank]
  std::vector<double> shocks;
};

// Draws the factors a block's latents share. `stream` names them.
CommonFactors DrawCommonFactors(const Plan& plan, const LatentBlock& block, SharedDraws& draws,
                                StreamKey stream);

// One latent of a block: its row of laws and loadings, its state, its own stream.
struct LatentRow {
  const LatentBlock& block;
  int indicator = 0;
  double state_mean = 0.0;
  double state_sd = 0.0;
  SharedDraws& draws;
  StreamKey stream;
};

// Values at steps 0..step_count. Step 0 is the state at the model's as_of.
std::vector<double> LatentPath(const Plan& plan, const LatentRow& row, const CommonFactors& common);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_LATENTS_H_
