// Steps of a numerator on sixteen scrambles: the arithmetic of step_law.cc, which is its naive
// twin, by Fourier series. Compiled once per instruction set by Highway.
#if defined(JALON_SIM_ENGINE_CONDITIONAL_LANE_STEPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef JALON_SIM_ENGINE_CONDITIONAL_LANE_STEPS_INL_H_
#undef JALON_SIM_ENGINE_CONDITIONAL_LANE_STEPS_INL_H_
#else
#define JALON_SIM_ENGINE_CONDITIONAL_LANE_STEPS_INL_H_
#endif

#include "sim/engine/conditional/lane_math-inl.h"
#include "sim/engine/conditional/step_law.h"

HWY_BEFORE_NAMESPACE();
namespace jalon::sim {
namespace HWY_NAMESPACE {

inline constexpr double kPi = 3.141592653589793;

struct Turned {
  Lanes sine;
  Lanes cosine;
};

// Of 2 pi x, x any number of turns: by Taylor's series of half the angle, absolute error 1e-13.
HWY_INLINE Turned TurnsOf(const Lanes& x) {
  // 1 / (2 k + 1)! and 1 / (2 k)! with their signs, from the last.
  constexpr double kSine[] = {-8.22063524662433e-18,  2.811457254345521e-15,
                              -7.647163731819816e-13, 1.6059043836821613e-10,
                              -2.505210838544172e-8,  2.7557319223985893e-6,
                              -1.984126984126984e-4,  8.333333333333333e-3,
                              -0.16666666666666666,   1.0};
  constexpr double kCosine[] = {-1.5619206968586225e-16,
                                4.779477332387385e-14,
                                -1.1470745597729725e-11,
                                2.08767569878681e-9,
                                -2.755731922398589e-7,
                                2.48015873015873e-5,
                                -1.388888888888889e-3,
                                4.1666666666666664e-2,
                                -0.5,
                                1.0};
  const Lanes half = kPi * (x - Rounded(x));
  const Lanes square = half * half;
  Lanes sine = Same(kSine[0]);
  Lanes cosine = Same(kCosine[0]);
  for (int k = 1; k < 10; ++k) {
    sine = MulAdd(sine, square, Same(kSine[k]));
    cosine = MulAdd(cosine, square, Same(kCosine[k]));
  }
  sine = half * sine;
  return {.sine = 2.0 * (sine * cosine), .cosine = Same(1.0) - 2.0 * (sine * sine)};
}

struct LaneStepShift {
  Lanes first;
  Lanes second;
};

// `mean` and `variance` of x in steps: psi is the sum over j of sin(2 pi j x) / (pi j), and
// psi^2 - 1/12 that of cos(2 pi j x) / (pi j)^2, each shrunk by exp(-2 (pi j)^2 variance).
HWY_INLINE LaneStepShift ShiftLanes(const Lanes& mean, const Lanes& variance) {
  const Turned one = TurnsOf(mean);
  const Lanes shrunk = ExpLanes(Clamped(-2.0 * kPi * kPi * variance, -600.0, 0.0));
  const Lanes square = shrunk * shrunk;
  Turned turned = one;
  Lanes kept = shrunk;
  // From term j to j + 1: shrunk^(2 j + 1).
  Lanes next = shrunk * square;
  LaneStepShift shift = {.first = Same(0.0), .second = Same(0.0)};
  for (int j = 1; j <= kStepTerms; ++j) {
    shift.first = MulAdd(1.0 / (kPi * j), kept * turned.sine, shift.first);
    shift.second = MulAdd(1.0 / (kPi * kPi * j * j), kept * turned.cosine, shift.second);
    const Lanes sine = turned.sine * one.cosine + turned.cosine * one.sine;
    turned = {.sine = sine, .cosine = turned.cosine * one.cosine - turned.sine * one.sine};
    kept = kept * next;
    next = next * square;
  }
  return shift;
}

HWY_INLINE Lanes OnStepLanes(const LaneStepShift& shift, const Lanes& at, const Lanes& below,
                             const Lanes& above) {
  const Lanes bend = below + above - 2.0 * at;
  return Clamped(at - (below - above) * shift.first + 2.0 * (bend * shift.second), 0.0, 1.0);
}

// NOLINTNEXTLINE(google-readability-namespace-comments)
}  // namespace HWY_NAMESPACE
}  // namespace jalon::sim
HWY_AFTER_NAMESPACE();

#endif  // include guard
