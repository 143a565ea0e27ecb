#ifndef JALON_SIM_BASE_MISSING_H_
#define JALON_SIM_BASE_MISSING_H_

#include <limits>

namespace jalon::sim {

// In place of a value that is not known: not observed, not applicable or not defined. It is not a
// number, hence equal to nothing; ask std::isnan.
inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_MISSING_H_
