// The instruction sets the kernel is compiled for, and the one it runs on.
#ifndef JALON_SIM_KERNEL_ISA_H_
#define JALON_SIM_KERNEL_ISA_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace jalon::sim {

// Instruction sets of this machine that the kernel has code for, best first: some of `avx512`,
// `avx2`, `sse4`, and always `scalar`.
std::vector<std::string> KernelIsas();

// The one in use: the best, unless forced.
std::string ActiveKernelIsa();

// Makes all kernels use `isa` from now on, or the best again where `isa` is empty; false, and
// nothing changes, when KernelIsas() has no such name. For tests and benches: a setting of the
// process, to be changed while no kernel runs.
bool ForceKernelIsa(absl::string_view isa);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_ISA_H_
