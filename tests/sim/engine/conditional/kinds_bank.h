// A small bank of every kind that hangs on others.
#ifndef JALON_TESTS_SIM_ENGINE_CONDITIONAL_KINDS_BANK_H_
#define JALON_TESTS_SIM_ENGINE_CONDITIONAL_KINDS_BANK_H_

#include <cstdint>

#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {

// Stocks fed by counts and amounts, what they earn, and a ratio, random from `seed`.
TinyBank MakeKindsBank(uint64_t seed);

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_ENGINE_CONDITIONAL_KINDS_BANK_H_
