// Stocks judged from a level that is still to come.
#ifndef JALON_TESTS_SIM_ENGINE_CONDITIONAL_VARIATIONS_H_
#define JALON_TESTS_SIM_ENGINE_CONDITIONAL_VARIATIONS_H_

#include <cmath>
#include <cstdint>

#include "tests/sim/engine/conditional/kinds_bank.h"

namespace jalon::sim {

// Levels at the end of 2027 against objectives set from the end of 2026: some far from what they
// start from, some so near that R/O often has no meaning; both directions.
inline TinyBank VariationsToCome(uint64_t seed) {
  TinyBank bank = MakeKindsBank(seed);
  bank.targets.clear();
  for (const char* unit : {"bank", "r1", "r1-b1"}) {
    for (const char* stock : {"s-customers", "s-deposits"}) {
      bank.targets.push_back(bank.For(unit, stock, Year(2026)));
    }
  }
  const std::vector<std::vector<double>> paths = TargetPaths(bank.plan(), 64);
  const std::vector<Target> openings = bank.targets;
  bank.targets.clear();
  for (size_t i = 0; i < openings.size(); ++i) {
    for (const double share : {0.9, 0.99, 1.01, 1.2}) {
      Target target = bank.For("bank", "s-customers", Year(2027));
      target.range = openings[i].range;
      if (share < 1.0) target.direction = Direction::kLowerIsBetter;
      bank.targets.push_back(OnVariation(bank.revision, target, std::round(share * Mean(paths[i])),
                                         {1.0, 0.5, 0.9, 1.1, 1.3}));
    }
  }
  return bank;
}

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_ENGINE_CONDITIONAL_VARIATIONS_H_
