// What a run keeps of its scrambles at a checkpoint: what differences between two runs, and the
// errors of these differences, are made of (DECISIONS D6).
#ifndef JALON_SIM_ENGINE_SCRAMBLE_MEANS_H_
#define JALON_SIM_ENGINE_SCRAMBLE_MEANS_H_

#include <cstdint>
#include <vector>

namespace jalon::sim {

// Averages over the paths of each scramble. 128 bytes a target and as many a threshold, whatever
// the number of paths.
struct ScrambleMeans {
  // Of the run: all scrambles together.
  int64_t path_count = 0;
  // [threshold of all targets x scramble]: share of paths, or average chance, that reach it.
  std::vector<double> probability;
  // [target x scramble], in the indicator's unit. Of a ratio that is sampled, over the paths that
  // have one; NaN where none has.
  std::vector<double> mean;
  // [target with a threshold x draw of parameters], in the order of targets: the probability of
  // its first threshold (sim/engine/conditional/knowledge.h); NaN for sampled targets. Empty before
  // every draw is there, and of all checkpoints but the last in a baseline.
  std::vector<double> knowledge;
  // Blocks of paths behind each of them.
  int knowledge_blocks = 0;

  int64_t bytes() const {
    return static_cast<int64_t>((probability.capacity() + mean.capacity() + knowledge.capacity()) *
                                sizeof(double));
  }
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_SCRAMBLE_MEANS_H_
