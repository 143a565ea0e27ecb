#include "sim/kernel/surface.h"

#include <cmath>

namespace jalon::sim {

Surface MakeSurface(double lowest, double highest, double level_step,
                    absl::FunctionRef<double(double score, double level)> value) {
  Surface surface = {.first_level = lowest - level_step,
                     .level_step = level_step,
                     .levels = static_cast<int>(std::ceil((highest - lowest) / level_step)) + 3};
  for (int i = 0; i < surface.levels; ++i) {
    const double level = surface.first_level + i * level_step;
    for (int j = 0; j < kScores; ++j) {
      surface.values.push_back(static_cast<float>(value(kFirstScore + j * kScoreStep, level)));
    }
  }
  return surface;
}

}  // namespace jalon::sim
