// Which law the estimates of a target come from.
#ifndef JALON_SIM_ENGINE_LAW_USED_H_
#define JALON_SIM_ENGINE_LAW_USED_H_

namespace jalon::sim {

// How the estimates of a target come about.
enum class LawUsed {
  // Whole paths are drawn.
  kSampled,
  // The others are conditional: the law a target has given the shared state. Nothing is left to
  // draw.
  kKnown,
  // One flow: the sum over its months is of the law of a month, with u and v integrated over a
  // lognormal. Exact up to its table (1e-4).
  kExact,
  // Several flows of one kind that are few or skewed: the same law with the dispersion and the
  // lognormal that their mean and variance ask for at the middle shared state. Or a ratio whose
  // numerator is such a sum of few counts.
  kMatched,
  // Net flows, or stocks whose own movements have heavy tails: a sum of Student-t and a normal
  // part.
  kStudentSum,
  // Gamma, shifted and turned, by the first three cumulants of the path; counts keep their lattice
  // by a continuity correction.
  kThreeMoments,
  // The same where it is the normal law within 1e-4 at the middle shared state.
  kNormal,
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_LAW_USED_H_
