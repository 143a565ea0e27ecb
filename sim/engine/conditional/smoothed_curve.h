// A curve with an effect integrated. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_SMOOTHED_CURVE_H_
#define JALON_SIM_ENGINE_CONDITIONAL_SMOOTHED_CURVE_H_

#include <array>

#include "sim/engine/conditional/lane_functions.h"
#include "sim/engine/conditional/score_curve.h"

namespace jalon::sim {

// E of a chance at x + sd Z, Z standard normal: by equal steps of Z; or, where the curve is steep,
// over where it rises. In vectors: 0.3 us a chance after 1 us.
class SmoothedCurve {
 public:
  SmoothedCurve(const ScoreCurve& raw, double sd);

  double operator()(double x) const;

 private:
  static constexpr int kMost = 160;

  void StepOver(const ScoreCurve& raw, double sd);
  void RiseOver(const ScoreCurve& raw, double sd);
  // Chooses the step and the points of Z, given the fastest change per unit of it.
  void Place(double fastest);
  double PointAt(int k) const {
    const int middle = count_ / 2;
    return static_cast<double>(k - middle) * step_;
  }

  // What a place is counted from, and its scale.
  double center_ = 0.0;
  double scale_ = 1.0;
  LaneCurve curve_;
  double step_ = 0.5;
  int count_ = 0;
  // Padded with zeros to whole lanes. Weights add up to 1.
  alignas(64) std::array<double, kMost> offsets_{};
  alignas(64) std::array<double, kMost> weights_{};
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_SMOOTHED_CURVE_H_
