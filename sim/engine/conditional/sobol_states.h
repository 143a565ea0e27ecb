// The shared states of a conditional run: points of 16 scrambled Sobol sequences.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_SOBOL_STATES_H_
#define JALON_SIM_ENGINE_CONDITIONAL_SOBOL_STATES_H_

#include <cstdint>
#include <vector>

#include "sim/engine/conditional/shared_basis.h"
#include "sim/engine/plan.h"
#include "sim/engine/sampled.h"
#include "sim/engine/shared_stage.h"
#include "sim/random/sobol.h"

namespace jalon::sim {

// Path = point x 16 + scramble (D4). Read-only once built; `plan` must outlive it. Costs what
// MakeSharedBasis costs.
class SobolStates final : public SharedSource {
 public:
  explicit SobolStates(const Plan& plan);
  // With the basis of MakeSharedBasis.
  SobolStates(const Plan& plan, SharedBasis basis);

  SharedState At(int64_t path) const override;
  // The state whose parameters and sizes of events are those of draw `draw`, from 0, and whose
  // other draws (latents, drivers) are those of `path`.
  SharedState AtParameters(int draw, int64_t path) const;
  // The state where nothing is drawn: every normal 0, every uniform 1/2.
  SharedState Middle() const;
  const SharedStage& stage() const { return stage_; }
  const SharedBasis& basis() const { return basis_; }

 private:
  SobolDraws DrawsOf(int64_t path) const;

  SharedStage stage_;
  SharedBasis basis_;
  // [scramble], and one more for draws of parameters alone.
  std::vector<ScrambledSobol> scrambles_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_SOBOL_STATES_H_
