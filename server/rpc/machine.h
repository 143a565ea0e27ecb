// What the machine is, as far as answers and figures depend on it.
#ifndef JALON_SERVER_RPC_MACHINE_H_
#define JALON_SERVER_RPC_MACHINE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace jalon::server {

struct Machine {
  // As the kernel names it; empty when it does not.
  std::string cpu_model;
  // Of `SSE4.2`, `AVX`, `FMA`, `AVX2`, `AVX-512F`, those present, in this order.
  std::vector<std::string> instruction_sets;
  int core_count = 1;
  // x86-64 with fused multiply-add and the vectors that use it: answers come back with the same
  // bits on any other such machine (DECISIONS D5). A few processors of 2012 have it without AVX2,
  // and kernels then do without.
  bool has_fma = false;
};

// Reads /proc and the processor's own description.
Machine DescribeMachine();

// Resident memory of this process in bytes; 0 when unknown.
int64_t ResidentBytes();

// Compiler and kind of build, e.g. `GCC 12.2.0 optimised`.
std::string BuildDescription();

// Version of the program, e.g. `0.1.0`.
std::string ServerVersion();

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_MACHINE_H_
