// What SimulateLognormal refuses. Internal to sim/kernel.
#ifndef JALON_SIM_KERNEL_LOGNORMAL_CHECK_H_
#define JALON_SIM_KERNEL_LOGNORMAL_CHECK_H_

#include "absl/status/status.h"
#include "sim/kernel/lognormal.h"

namespace jalon::sim {

// OK, or kInvalidArgument naming every array that is wrong. O(size of the arguments).
absl::Status CheckLognormal(const LognormalNetwork& network, const FactorPaths& factors,
                            const LognormalOptions& options);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_LOGNORMAL_CHECK_H_
