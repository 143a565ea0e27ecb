#include "sim/engine/conditional/step_law.h"

#include <algorithm>
#include <cmath>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

// Standard deviations beyond which nothing is left.
constexpr double kReach = 8.5;

// Integrals of 1, z and z^2 under the normal density up to z.
struct NormalMoments {
  double zeroth = 0.0;
  double first = 0.0;
  double second = 0.0;

  static NormalMoments UpTo(double z) {
    const double density = NormalPdf(z);
    const double below = NormalCdf(z);
    return {below, -density, below - z * density};
  }
};

}  // namespace

StepShift ShiftOf(double mean, double spread) {
  StepShift shift{.second = -1.0 / 12.0};
  if (!(spread > 0.0)) {
    const double psi = std::ceil(mean) - 0.5 - mean;
    return {psi, psi * psi - 1.0 / 12.0};
  }
  const double first = std::floor(mean - kReach * spread);
  const double last = std::ceil(mean + kReach * spread);
  NormalMoments low = NormalMoments::UpTo((first - mean) / spread);
  for (double step = first; step < last; step += 1.0) {
    const NormalMoments high = NormalMoments::UpTo((step + 1.0 - mean) / spread);
    // psi = middle - spread z on this step.
    const double middle = step + 0.5 - mean;
    const double chance = high.zeroth - low.zeroth;
    const double z = high.first - low.first;
    shift.first += middle * chance - spread * z;
    shift.second += middle * middle * chance - 2.0 * middle * spread * z +
                    spread * spread * (high.second - low.second);
    low = high;
  }
  return shift;
}

double OnSteps(const StepShift& shift, double at, double below, double above) {
  const double bend = below + above - 2.0 * at;
  return std::clamp(at - (below - above) * shift.first + 2.0 * bend * shift.second, 0.0, 1.0);
}

}  // namespace jalon::sim
