#include "sim/engine/conditional/sobol_states.h"

#include <utility>

#include "sim/engine/conditional/conditional.h"

namespace jalon::sim {
namespace {

class MiddleDraws final : public SharedDraws {
 public:
  double Normal(const StreamKey&) override { return 0.0; }
  double Uniform(const StreamKey&) override { return 0.5; }
  double RareUniform(const StreamKey&) override { return 1.0 - 0x1p-33; }
};

}  // namespace

SobolStates::SobolStates(const Plan& plan) : SobolStates(plan, MakeSharedBasis(plan)) {}

SobolStates::SobolStates(const Plan& plan, SharedBasis basis)
    : stage_(plan), basis_(std::move(basis)) {
  for (int scramble = 0; scramble < kScrambleCount; ++scramble) {
    scrambles_.emplace_back(plan.seed, scramble, basis_.dimension_count);
  }
}

SharedState SobolStates::At(int64_t path) const {
  const auto point = static_cast<uint32_t>(path / kScrambleCount);
  SobolDraws draws(basis_, scrambles_[path % kScrambleCount], point, path);
  return stage_.Draw(draws);
}

SharedState SobolStates::Middle() const {
  MiddleDraws draws;
  return stage_.Draw(draws);
}

}  // namespace jalon::sim
