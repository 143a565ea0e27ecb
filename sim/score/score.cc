#include "sim/score/score.h"

#include <cstddef>

namespace jalon::sim {

double ScoreExcess(std::span<const ScoreTerm> terms, std::span<const double> ratios) {
  double excess = 0.0;
  for (size_t i = 0; i < terms.size(); ++i) excess += terms[i].Excess(ratios[i]);
  return excess;
}

double Score(std::span<const ScoreTerm> terms, std::span<const double> ratios) {
  return 1.0 + ScoreExcess(terms, ratios);
}

double Payoff(std::span<const PayoffRung> ladder, double score, double quality) {
  size_t passed = 0;
  while (passed < ladder.size() && score >= ladder[passed].threshold) ++passed;
  if (passed == 0) return 0.0;
  const PayoffRung& rung = ladder[passed - 1];
  if (rung.shape == RungShape::kStep || passed == ladder.size()) return quality * rung.payoff;
  const PayoffRung& next = ladder[passed];
  const double share = (score - rung.threshold) / (next.threshold - rung.threshold);
  return quality * (rung.payoff + share * (next.payoff - rung.payoff));
}

}  // namespace jalon::sim
