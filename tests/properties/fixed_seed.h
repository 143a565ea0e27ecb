// RapidCheck starts from one seed in every run; RC_PARAMS in the environment overrides it.
#ifndef JALON_TESTS_PROPERTIES_FIXED_SEED_H_
#define JALON_TESTS_PROPERTIES_FIXED_SEED_H_

#include <cstdlib>

namespace jalon {

// Set while the program starts, before RapidCheck reads it.
inline const int kFixedSeed = setenv("RC_PARAMS", "seed=20261125 max_success=200", 0);

}  // namespace jalon

#endif  // JALON_TESTS_PROPERTIES_FIXED_SEED_H_
