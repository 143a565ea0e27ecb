// Freeing what holds many small arrays in parts, so that no step of a pool lasts for it.
#ifndef JALON_SIM_BASE_FREE_PARTS_H_
#define JALON_SIM_BASE_FREE_PARTS_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace jalon::sim {

// Elements that hold small arrays of their own, freed within a millisecond.
inline constexpr size_t kFreedAtOnce = 2'048;

// Frees the last elements, at most `count` >= 1. True once none is left; the array is then free
// too.
template <typename T>
bool FreeLast(std::vector<T>& values, size_t count = kFreedAtOnce) {
  values.erase(values.end() - static_cast<std::ptrdiff_t>(std::min(count, values.size())),
               values.end());
  if (!values.empty()) return false;
  std::vector<T>().swap(values);
  return true;
}

// Frees an array of plain numbers. False when there was nothing to free.
template <typename T>
bool FreeAll(std::vector<T>& values) {
  const bool had_some = values.capacity() > 0;
  std::vector<T>().swap(values);
  return had_some;
}

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_FREE_PARTS_H_
