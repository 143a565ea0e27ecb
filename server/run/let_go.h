// Freeing what a run held in parts, so that no step of a pool lasts for it.
#ifndef JALON_SERVER_RUN_LET_GO_H_
#define JALON_SERVER_RUN_LET_GO_H_

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "sim/engine/checkpoint.h"
#include "sim/engine/estimator.h"

namespace jalon::server {

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

// What was read off a checkpoint, let go in slices: it holds some ten small arrays for each of
// tens of thousands of targets.
class SpentCheckpoint final : public sim::SlicedWork {
 public:
  explicit SpentCheckpoint(sim::Checkpoint spent) : spent_(std::move(spent)) {}
  bool Step() override { return FreeLast(spent_.estimates) && FreeLast(spent_.scores.scores); }

 private:
  sim::Checkpoint spent_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_LET_GO_H_
