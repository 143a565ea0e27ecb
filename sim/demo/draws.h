// Random numbers of the generator: each is a function of (seed, what it is for, which one), so
// that no draw depends on the order or number of others.
#ifndef JALON_SIM_DEMO_DRAWS_H_
#define JALON_SIM_DEMO_DRAWS_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace jalon::sim {

// Draws of one demo. Copyable, immutable.
class DemoDraws {
 public:
  explicit DemoDraws(uint64_t seed) : seed_(seed) {}

  // In (0, 1). `topic` names the quantity, `index` (>= 0) which one.
  double Uniform(absl::string_view topic, int index) const;
  // Standard normal.
  double Normal(absl::string_view topic, int index) const;
  // True with probability `chance`.
  bool Happens(double chance, absl::string_view topic, int index) const {
    return Uniform(topic, index) < chance;
  }

  uint64_t seed() const { return seed_; }

 private:
  uint64_t seed_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_DEMO_DRAWS_H_
