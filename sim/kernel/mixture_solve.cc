#include "sim/kernel/mixture.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernel/mixture_solve.cc"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>

#include "sim/base/math.h"
#include "sim/kernel/lanes.h"
#include "sim/kernel/vector_laws-inl.h"
#include "sim/kernel/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

inline constexpr int kMostSteps = 60;

// The laws in the terms of vector_laws-inl.h: [law].
struct Prepared {
  // x / sd, 1 / sqrt(v), sqrt(v) / 2.
  alignas(64) float stretch[kMixtureBins];
  alignas(64) float per_root[kMixtureBins];
  alignas(64) float half_root[kMixtureBins];
};

HWY_INLINE void Prepare(const MixtureLaws& laws, Prepared& prepared) {
  const FloatTag d;
  for (int i = 0; i < laws.count; i += kWidth) {
    const Floats x = ShapeOfSkewness(hn::Load(d, laws.skewness + i));
    const Floats square = hn::Mul(x, x);
    const Floats root = hn::Sqrt(hn::Mul(square, LogOnePlusRatio(square)));
    hn::Store(hn::Div(x, hn::Load(d, laws.sd + i)), d, prepared.stretch + i);
    hn::Store(hn::Div(hn::Set(d, 1.0f), root), d, prepared.per_root + i);
    hn::Store(hn::Mul(hn::Set(d, 0.5f), root), d, prepared.half_root + i);
  }
}

struct Point {
  double cdf;
  double density;
};

// Lane by lane, then in the order of the lanes: no width changes a bit.
HWY_INLINE Point At(const MixtureLaws& laws, const Prepared& prepared, float value) {
  const FloatTag d;
  alignas(64) float cdf[kLanes];
  alignas(64) float density[kLanes];
  for (int lane = 0; lane < kLanes; lane += kWidth) {
    Floats sum = hn::Zero(d);
    Floats slope = sum;
    for (int i = lane; i < laws.count; i += kLanes) {
      const Floats stretch = hn::Load(d, prepared.stretch + i);
      const Floats per_root = hn::Load(d, prepared.per_root + i);
      const Floats away = hn::Sub(hn::Set(d, value), hn::Load(d, laws.mean + i));
      const Floats y =
          hn::Min(hn::Max(hn::Mul(stretch, away), hn::Set(d, -1.0f + 0x1p-20f)), hn::Set(d, 1e8f));
      const NormalPair normal =
          NormalLaw(hn::MulAdd(LogOnePlus(y), per_root, hn::Load(d, prepared.half_root + i)));
      const Floats weight = hn::Load(d, laws.weight + i);
      const Floats inner = hn::Div(hn::Mul(stretch, per_root), hn::Add(hn::Set(d, 1.0f), y));
      sum = hn::MulAdd(weight, normal.cdf, sum);
      slope = hn::MulAdd(weight, hn::Mul(normal.density, inner), slope);
    }
    hn::Store(sum, d, cdf + lane);
    hn::Store(slope, d, density + lane);
  }
  Point point = {0.0, 0.0};
  for (int lane = 0; lane < kLanes; ++lane) {
    point.cdf += static_cast<double>(cdf[lane]);
    point.density += static_cast<double>(density[lane]);
  }
  return point;
}

// Values between which all quantiles lie, and a first guess.
struct Range {
  double low;
  double high;
  double mean;
  double sd;
};

HWY_INLINE Range RangeOf(const MixtureLaws& laws) {
  Range range = {laws.mean[0], laws.mean[0], 0.0, 0.0};
  for (int i = 0; i < laws.count; ++i) {
    const double mean = laws.mean[i];
    const double sd = laws.sd[i];
    range.low = std::min(range.low, mean - 8.0 * sd);
    range.high = std::max(range.high, mean + 40.0 * sd);
    range.mean += laws.weight[i] * mean;
  }
  double variance = 0.0;
  for (int i = 0; i < laws.count; ++i) {
    const double off = laws.mean[i] - range.mean;
    variance += laws.weight[i] * (double{laws.sd[i]} * laws.sd[i] + off * off);
  }
  range.sd = std::sqrt(variance);
  return range;
}

HWY_INLINE double Solve(const MixtureLaws& laws, const Prepared& prepared, Range range,
                        double level) {
  const double close = 1e-6 * range.sd;
  double value = range.mean + range.sd * NormalInverseCdf(level);
  for (int step = 0; step < kMostSteps && range.high - range.low > close; ++step) {
    if (!(value > range.low && value < range.high)) value = 0.5 * (range.low + range.high);
    const Point point = At(laws, prepared, static_cast<float>(value));
    const double error = point.cdf - level;
    (error < 0.0 ? range.low : range.high) = value;
    if (std::abs(error) < 1e-7) break;
    const double move = point.density > 0.0 ? error / point.density : HUGE_VAL;
    value -= move;
    if (std::abs(move) < close) break;
  }
  return std::clamp(value, range.low, range.high);
}

void RunSolve(const MixtureLaws& laws, absl::Span<const double> levels, float* quantiles) {
  Prepared prepared;
  Prepare(laws, prepared);
  const Range range = RangeOf(laws);
  for (size_t i = 0; i < levels.size(); ++i) {
    quantiles[i] = static_cast<float>(Solve(laws, prepared, range, levels[i]));
    if (i > 0) quantiles[i] = std::max(quantiles[i], quantiles[i - 1]);
  }
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jalon::sim {
HWY_EXPORT(RunSolve);

void SolveQuantiles(const MixtureLaws& laws, absl::Span<const double> levels, float* quantiles) {
  HWY_DYNAMIC_DISPATCH(RunSolve)(laws, levels, quantiles);
}

}  // namespace jalon::sim
#endif
