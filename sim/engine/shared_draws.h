// Where the random numbers of the shared stage come from: independent draws, or points that fill
// the space of shared states evenly. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_SHARED_DRAWS_H_
#define JALON_SIM_ENGINE_SHARED_DRAWS_H_

#include <cstdint>

#include "sim/random/stream.h"

namespace jalon::sim {

// The draws of one path. The shared stage asks for the same addresses in the same order on every
// path, but for `RareUniform`. Addresses leave `path` at 0: the object knows it.
class SharedDraws {
 public:
  virtual ~SharedDraws() = default;
  virtual double Normal(const StreamKey& key) = 0;
  // In (0, 1).
  virtual double Uniform(const StreamKey& key) = 0;
  // In (0, 1), for what is drawn on some paths only: whether and how far an authority deviates.
  virtual double RareUniform(const StreamKey& key) = 0;
};

// Independent draws by the streams' own generator (sim/random/stream.h): the sampled estimator's.
class StreamDraws final : public SharedDraws {
 public:
  StreamDraws(uint64_t seed, int64_t path) : seed_(seed), path_(static_cast<uint64_t>(path)) {}

  double Normal(const StreamKey& key) override { return DrawNormal(seed_, On(key)); }
  double Uniform(const StreamKey& key) override { return DrawUniform(seed_, On(key)); }
  double RareUniform(const StreamKey& key) override { return DrawUniform(seed_, On(key)); }

 private:
  StreamKey On(StreamKey key) const {
    key.path = path_;
    return key;
  }

  uint64_t seed_;
  uint64_t path_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_SHARED_DRAWS_H_
