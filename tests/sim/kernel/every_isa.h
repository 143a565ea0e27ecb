// Tests that run once for each instruction set of this machine.
#ifndef JALON_TESTS_SIM_KERNEL_EVERY_ISA_H_
#define JALON_TESTS_SIM_KERNEL_EVERY_ISA_H_

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/kernel/isa.h"

namespace jalon::sim {

class EveryIsaTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { ASSERT_TRUE(ForceKernelIsa(GetParam())); }
  void TearDown() override { ForceKernelIsa(""); }
};

inline std::string NameOfIsa(const ::testing::TestParamInfo<std::string>& info) {
  return info.param;
}

// Those that promise the same bits: they have fused multiply-add.
inline std::vector<std::string> SameBitsIsas() {
  std::vector<std::string> isas = KernelIsas();
  std::erase_if(isas, [](const std::string& isa) { return isa != "avx512" && isa != "avx2"; });
  return isas;
}

// Calls `function` under each of the machine's instruction sets in `isas`; its results.
template <typename Function>
auto UnderEach(const std::vector<std::string>& isas, Function function) {
  std::vector<decltype(function())> results;
  for (const std::string& isa : isas) {
    ForceKernelIsa(isa);
    results.push_back(function());
  }
  ForceKernelIsa("");
  return results;
}

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_KERNEL_EVERY_ISA_H_
