// Rows of sixteen numbers, one per scramble, aligned for vectors. Internal to
// sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_LANE_ARRAY_H_
#define JALON_SIM_ENGINE_CONDITIONAL_LANE_ARRAY_H_

#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cstddef>

#include "sim/engine/conditional/lane_laws.h"

namespace jalon::sim {

class LaneArray {
 public:
  LaneArray() = default;
  // All 0.
  explicit LaneArray(size_t row_count)
      : size_(row_count * kLaneCount),
        values_(hwy::AllocateAligned<double>(std::max(size_, size_t{1}))) {
    Clear();
  }

  void Clear() { std::fill_n(values_.get(), size_, 0.0); }
  double* row(size_t k) { return values_.get() + k * kLaneCount; }
  const double* row(size_t k) const { return values_.get() + k * kLaneCount; }
  double* data() { return values_.get(); }
  // Numbers, all rows together.
  size_t size() const { return size_; }

 private:
  size_t size_ = 0;
  hwy::AlignedFreeUniquePtr<double[]> values_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_LANE_ARRAY_H_
