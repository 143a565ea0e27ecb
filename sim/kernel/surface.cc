#include "sim/kernel/surface.h"

#include <cmath>
#include <cstddef>

namespace jalon::sim {

Surface EmptySurface(double lowest, double highest, double level_step) {
  return {.first_level = lowest - level_step,
          .level_step = level_step,
          .levels = static_cast<int>(std::ceil((highest - lowest) / level_step)) + 3};
}

bool AddLevel(absl::FunctionRef<double(double score, double level)> value, Surface& surface) {
  const int done = static_cast<int>(surface.values.size()) / kScores;
  surface.values.reserve(static_cast<size_t>(surface.levels) * kScores);
  const double level = surface.first_level + done * surface.level_step;
  for (int j = 0; j < kScores; ++j) {
    surface.values.push_back(static_cast<float>(value(kFirstScore + j * kScoreStep, level)));
  }
  return surface.is_whole();
}

Surface MakeSurface(double lowest, double highest, double level_step,
                    absl::FunctionRef<double(double score, double level)> value) {
  Surface surface = EmptySurface(lowest, highest, level_step);
  while (!AddLevel(value, surface)) {
  }
  return surface;
}

}  // namespace jalon::sim
