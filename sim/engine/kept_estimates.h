// What a baseline keeps of a checkpoint's estimates besides its scrambles: with them, what a target
// says again without being computed again.
#ifndef JALON_SIM_ENGINE_KEPT_ESTIMATES_H_
#define JALON_SIM_ENGINE_KEPT_ESTIMATES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/base/bytes_of.h"
#include "sim/engine/target.h"

namespace jalon::sim {

// A pure value. 8 (7 + quantiles) bytes a target.
class KeptEstimates {
 public:
  KeptEstimates() = default;
  KeptEstimates(size_t target_count, int quantile_count);

  // The next target.
  void Add(const TargetEstimate& estimate);
  // Of a target, its probabilities and their intervals left empty: scrambles tell them. Requires a
  // target that is not sampled.
  TargetEstimate At(size_t target) const;

  bool empty() const { return numbers_.empty(); }
  int64_t bytes() const { return BytesOf(numbers_); }
  // Of a target.
  static double PredictBytes(int quantile_count);

 private:
  size_t stride() const;

  int quantile_count_ = 0;
  // [target x stride]
  std::vector<double> numbers_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_KEPT_ESTIMATES_H_
