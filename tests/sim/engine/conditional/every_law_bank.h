// A small bank with a target of every law of the conditional estimator.
#ifndef JALON_TESTS_SIM_ENGINE_CONDITIONAL_EVERY_LAW_BANK_H_
#define JALON_TESTS_SIM_ENGINE_CONDITIONAL_EVERY_LAW_BANK_H_

#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {

// Counts, amounts, Student net flows, a stock fed by the amounts and a ratio, moved by latents, by
// parameters that series share, by a driver and by an event. Targets: the year of each at one
// branch, then at the bank; no thresholds.
TinyBank MakeEveryLawBank();

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_ENGINE_CONDITIONAL_EVERY_LAW_BANK_H_
