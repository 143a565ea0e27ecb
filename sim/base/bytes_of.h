#ifndef JALON_SIM_BASE_BYTES_OF_H_
#define JALON_SIM_BASE_BYTES_OF_H_

#include <cstdint>
#include <vector>

namespace jalon::sim {

// Bytes a vector holds on the heap, without what its elements hold.
template <typename T>
int64_t BytesOf(const std::vector<T>& values) {
  return static_cast<int64_t>(values.capacity() * sizeof(T));
}

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_BYTES_OF_H_
