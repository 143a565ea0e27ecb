// Which coordinates of a Sobol point drive which draws of the shared stage.
//
// A point has few good dimensions: the leading ones are spread best, and far ones hardly better
// than independent draws. So what moves the network most comes first:
//
//   1. the regime of a mixture, then factors of parameters, elasticities and sizes of events, as
//      the shared stage draws them;
//   2. the rest by the variance of eta it gives a series, averaged over the plan's series (and over
//      its regimes, by weight). The
//      innovations of a latent or of a driver are first turned into their principal components over
//      time: those of the AR(1) path they make (of a random walk for drivers), in the periods of
//      the horizon, so that a year hangs on one or two coordinates instead of twelve
//      ([Glasserman2004] chapter 5).
//
// Beyond kBasisDimensions, and where nothing is moved, draws are independent (Philox at their own
// address): estimates stay unbiased whatever the order. A draw that is asked for several times (the
// size of an event that acts in parts) is one draw. A basis is a function of the plan alone.
//
// A variant of a baseline keeps the baseline's basis (DECISIONS D5): a draw that both ask for has
// the same coordinates in both, whatever the variant adds or leaves out, and what the variant alone
// asks for gets dimensions after the baseline's own. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_SHARED_BASIS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_SHARED_BASIS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/engine/plan.h"
#include "sim/engine/shared_draws.h"
#include "sim/random/sobol.h"
#include "sim/random/stream.h"

namespace jalon::sim {

// Dimensions a plan gives out for itself; the rest of kSobolDimensions is left to its variants.
inline constexpr int kBasisDimensions = kSobolDimensions - 16;

// One draw of the shared stage, in the order it asks for them.
struct BasisDraw {
  StreamKey key;
  bool uniform = false;
  // Sobol dimension of the draw itself; -1 for an independent draw or one of a rotation.
  int dimension = -1;
  // Index into SharedBasis::rotations; -1 for none.
  int rotation = -1;
};

// Draws that are an orthogonal image of their components: draw = matrix x components.
struct BasisRotation {
  // Indices of the draws, by period.
  std::vector<int> draws;
  // [draw x component], row-major.
  std::vector<double> matrix;
  // [component]: Sobol dimension, -1 for an independent draw (at the address of the draw of the
  // same index).
  std::vector<int> dimensions;
};

struct SharedBasis {
  uint64_t seed = 0;
  // Those of the plan, then, in the basis of a variant, what only the rotations of its baseline
  // know: they are asked for by none of its paths.
  std::vector<BasisDraw> draws;
  // Those with at least one component on a Sobol dimension.
  std::vector<BasisRotation> rotations;
  int dimension_count = 0;
  // Dimensions of the first group: the regime's, where there is a mixture, is dimension 0.
  int leading_count = 0;
};

// Makes a basis in slices: in each regime one shared state per draw of a driver's four main
// components, and a small eigenvalue problem per latent. Deterministic. `plan` must outlive it; one
// thread at a time.
//
// With `baseline`, read by the constructor only, it is the basis of a variant of it: that of the
// baseline itself where both ask for the same draws. A latent or a driver of which the baseline
// drew a part (a shorter horizon) has independent draws for the rest.
class SharedBasisWork {
 public:
  explicit SharedBasisWork(const Plan& plan, const SharedBasis* baseline = nullptr);
  ~SharedBasisWork();
  // One latent more, or one driver in one regime, at most four shared states; true when complete.
  bool Step();
  // Once complete.
  SharedBasis Take();

 private:
  class Maker;
  std::unique_ptr<Maker> maker_;
};

// All of it at once.
SharedBasis MakeSharedBasis(const Plan& plan, const SharedBasis* baseline = nullptr);

// The draws of point `point` of a scramble; what the basis leaves to independent draws is that of
// `path`. `basis` and `sobol` must outlive it. One pass of the shared stage.
class SobolDraws final : public SharedDraws {
 public:
  SobolDraws(const SharedBasis& basis, const ScrambledSobol& sobol, uint32_t point, int64_t path);

  double Normal(const StreamKey& key) override;
  double Uniform(const StreamKey& key) override;
  double RareUniform(const StreamKey& key) override;
  // In the place of a Normal or Uniform whose value is not needed.
  void Skip() { ++next_; }

 private:
  double NormalAt(int dimension, const StreamKey& key);
  void Rotate();

  const SharedBasis& basis_;
  const ScrambledSobol& sobol_;
  uint32_t point_;
  StreamDraws independent_;
  size_t next_ = 0;
  // [draw], set where it belongs to a rotation; empty until the first of them is asked for.
  std::vector<double> rotated_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_SHARED_BASIS_H_
