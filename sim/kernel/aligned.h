// Arrays of floats for vectors. Internal to sim/kernel.
#ifndef JALON_SIM_KERNEL_ALIGNED_H_
#define JALON_SIM_KERNEL_ALIGNED_H_

#include <cstddef>
#include <cstdint>
#include <memory>

namespace jalon::sim {

inline constexpr size_t kAlignment = 64;

// Floats aligned to 64 bytes, not initialised.
class AlignedFloats {
 public:
  explicit AlignedFloats(int64_t size)
      : storage_(new float[static_cast<size_t>(size) + kAlignment / sizeof(float)]) {
    void* start = storage_.get();
    size_t space = static_cast<size_t>(size) * sizeof(float) + kAlignment;
    data_ = static_cast<float*>(
        std::align(kAlignment, static_cast<size_t>(size) * sizeof(float), start, space));
  }
  float* data() const { return data_; }

 private:
  std::unique_ptr<float[]> storage_;
  float* data_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_ALIGNED_H_
