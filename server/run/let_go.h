// Freeing what a run held in parts, so that no step of a pool lasts for it.
#ifndef JALON_SERVER_RUN_LET_GO_H_
#define JALON_SERVER_RUN_LET_GO_H_

#include <utility>

#include "sim/base/free_parts.h"
#include "sim/engine/checkpoint.h"
#include "sim/engine/estimator.h"

namespace jalon::server {

// What was read off a checkpoint, let go in slices: it holds some ten small arrays for each of
// tens of thousands of targets.
class SpentCheckpoint final : public sim::SlicedWork {
 public:
  explicit SpentCheckpoint(sim::Checkpoint spent) : spent_(std::move(spent)) {}
  bool Step() override {
    return sim::FreeLast(spent_.estimates) && sim::FreeLast(spent_.scores.scores);
  }

 private:
  sim::Checkpoint spent_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_LET_GO_H_
