// Normal draws for made-up histories.
#ifndef JALON_TESTS_SIM_OBJECTIVE_HISTORY_HISTORY_DRAWS_H_
#define JALON_TESTS_SIM_OBJECTIVE_HISTORY_HISTORY_DRAWS_H_

#include <cstdint>

#include "sim/random/stream.h"

namespace jalon::sim {

// Independent draws, addressed: what it is for, which history, which case.
inline double HistoryUniform(int what, uint64_t history, uint64_t at) {
  return DrawUniform(20261128,
                     {.purpose = Purpose::kGenerator, .id = at, .path = history, .draw = what});
}
inline double HistoryNormal(int what, uint64_t history, uint64_t at) {
  return DrawNormal(20261128,
                    {.purpose = Purpose::kGenerator, .id = at, .path = history, .draw = what});
}

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_OBJECTIVE_HISTORY_HISTORY_DRAWS_H_
