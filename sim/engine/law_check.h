// What the comparison of laws with whole paths says (sim/engine/conditional/law_check_work.h).
#ifndef JALON_SIM_ENGINE_LAW_CHECK_H_
#define JALON_SIM_ENGINE_LAW_CHECK_H_

#include <array>
#include <cstdint>

#include "sim/engine/law_used.h"
#include "sim/model/model.h"

namespace jalon::sim {

// Targets whose laws err alike, by what they are approximated from.
struct LawClass {
  LawUsed law = LawUsed::kThreeMoments;
  // kExact, kMatched: the law of a cell.
  Law cells = Law::kNegativeBinomial;
  // kThreeMoments: the skewness at the middle shared state, either sign, lies in
  // [skewness_from, skewness_to); else both are 0.
  double skewness_from = 0.0;
  double skewness_to = 0.0;

  friend bool operator==(const LawClass&, const LawClass&) = default;
};

// P(Y >= threshold) by the law less the share of whole paths with Y >= threshold, over thresholds
// whose P, averaged over paths, lies in [probability_from, probability_to). Positive: the law
// promises too much of the quantity, whichever direction is better.
struct PooledBias {
  double probability_from = 0.0;
  double probability_to = 1.0;
  // 0: the rest says nothing.
  int64_t threshold_count = 0;
  double bias = 0.0;
  // Over independent paths: what targets of one path share is in it.
  double standard_error = 0.0;

  friend bool operator==(const PooledBias&, const PooledBias&) = default;
};

struct LawCheck {
  LawClass law_class;
  int target_count = 0;
  // Over all thresholds that are not nearly certain, then over those with P under 1/4, up to 3/4,
  // and above.
  std::array<PooledBias, 4> biases;
  // Whether one of them is above kLawBias beyond doubt: the targets of the class are sampled.
  bool is_wrong = false;

  friend bool operator==(const LawCheck&, const LawCheck&) = default;
};

// A law may be off by as much.
inline constexpr double kLawBias = 0.001;
// Risk that a run of laws that are right finds one wrong, over all classes together (D17).
inline constexpr double kLawCheckRisk = 0.05;
// A check has at most this many paths.
inline constexpr int64_t kMaxLawCheckPaths = 16'384;

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_LAW_CHECK_H_
