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

// Parameters and sizes of events from one source, everything else from another. Both count what is
// asked for.
class SplitDraws final : public SharedDraws {
 public:
  SplitDraws(SobolDraws parameters, SobolDraws others)
      : parameters_(std::move(parameters)), others_(std::move(others)) {}

  double Normal(const StreamKey& key) override { return Choose(key).Normal(key); }
  double Uniform(const StreamKey& key) override { return Choose(key).Uniform(key); }
  double RareUniform(const StreamKey& key) override { return others_.RareUniform(key); }

 private:
  SobolDraws& Choose(const StreamKey& key) {
    const bool unknown = key.purpose == Purpose::kParameter || key.purpose == Purpose::kEvent;
    (unknown ? others_ : parameters_).Skip();
    return unknown ? parameters_ : others_;
  }

  SobolDraws parameters_;
  SobolDraws others_;
};

}  // namespace

SobolStates::SobolStates(const Plan& plan) : SobolStates(plan, MakeSharedBasis(plan)) {}

SobolStates::SobolStates(const Plan& plan, SharedBasis basis)
    : stage_(plan), basis_(std::move(basis)) {
  for (int scramble = 0; scramble <= kScrambleCount; ++scramble) {
    scrambles_.emplace_back(plan.seed, scramble, basis_.dimension_count);
  }
}

SharedState SobolStates::At(int64_t path) const {
  SobolDraws draws = DrawsOf(path);
  return stage_.Draw(draws);
}

SobolDraws SobolStates::DrawsOf(int64_t path) const {
  return {basis_, scrambles_[path % kScrambleCount], static_cast<uint32_t>(path / kScrambleCount),
          path};
}

SharedState SobolStates::AtRegime(int regime, int64_t path) const {
  SobolDraws draws = DrawsOf(path);
  return stage_.DrawIn(regime, draws);
}

SharedState SobolStates::AtParameters(int draw, int regime, int64_t path) const {
  // Beyond the paths of any run: what the basis leaves to independent draws is theirs alone.
  const int64_t parameter_path = kMaxPaths - 1 - draw;
  SplitDraws draws(
      SobolDraws(basis_, scrambles_[kScrambleCount], static_cast<uint32_t>(draw), parameter_path),
      DrawsOf(path));
  return stage_.DrawIn(regime, draws);
}

SharedState SobolStates::Middle(int regime) const {
  MiddleDraws draws;
  return stage_.DrawIn(regime, draws);
}

}  // namespace jalon::sim
