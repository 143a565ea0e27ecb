// Ratios whose numerator goes in steps: how far steps of counts move the chance that N - o D
// reaches 0. Internal to sim/engine/conditional.
//
// N takes values one step apart, so N >= o D is N >= the next half step above o D. With x = o D in
// steps, the half step lies at x + psi, psi = ceil(x) - 1/2 - x. A smooth law of N - o D says
// P(N - o D >= psi) = P(>= 0) - f E[psi] - f' / 2 (E[psi^2] - 1/12), where the last 1/12 is what
// steps are in the law's variance already; f and f' are read from the law half a step below and
// above 0. D given N - o D = 0 is taken as normal.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_STEP_LAW_H_
#define JALON_SIM_ENGINE_CONDITIONAL_STEP_LAW_H_

namespace jalon::sim {

// Terms of the Fourier series of psi and psi^2: enough for a spread of kLeastStepSpread steps.
inline constexpr int kStepTerms = 8;
inline constexpr double kLeastStepSpread = 0.15;

struct StepShift {
  // E[psi], and E[psi^2] - 1/12, in steps.
  double first = 0.0;
  double second = 0.0;
};

// Of x normal, with mean and standard deviation in steps, summed step by step: the naive twin of
// lane_steps-inl.h. 1e-12. O(1 + spread) distribution functions.
StepShift ShiftOf(double mean, double spread);

// P(N - o D >= 0) from the smooth law's: at 0, half a step below and half a step above.
double OnSteps(const StepShift& shift, double at, double below, double above);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_STEP_LAW_H_
