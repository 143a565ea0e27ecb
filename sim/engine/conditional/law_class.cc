#include "sim/engine/conditional/law_class.h"

#include <cmath>

namespace jalon::sim {
namespace {

// Three moments miss what the fourth says, which grows with the square of the skewness. Nothing
// above 1 has a law of them.
constexpr double kSkewnessBounds[] = {0.0, 0.1, 0.3, 1.0};

LawClass ClassOfMoments(double skewness) {
  int band = 0;
  while (band < 2 && std::fabs(skewness) >= kSkewnessBounds[band + 1]) ++band;
  return {.law = LawUsed::kThreeMoments,
          .skewness_from = kSkewnessBounds[band],
          .skewness_to = kSkewnessBounds[band + 1]};
}

}  // namespace

std::optional<LawClass> ClassOf(const TargetLaw& law) {
  if (law.refused() || law.thresholds.empty()) return std::nullopt;
  switch (law.law) {
    case LawUsed::kSampled:
    case LawUsed::kKnown:
      return std::nullopt;
    case LawUsed::kExact:
    case LawUsed::kMatched:
      return LawClass{.law = law.law, .cells = law.sum.law};
    case LawUsed::kThreeMoments:
      return ClassOfMoments(law.skewness);
    case LawUsed::kStudentSum:
    case LawUsed::kNormal:
      break;
  }
  return LawClass{.law = law.law};
}

std::vector<LawClass> WrongClasses(const std::vector<LawCheck>& checks) {
  std::vector<LawClass> wrong;
  for (const LawCheck& check : checks) {
    if (check.is_wrong) wrong.push_back(check.law_class);
  }
  return wrong;
}

}  // namespace jalon::sim
