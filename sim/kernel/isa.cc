#include "sim/kernel/isa.h"

#include <hwy/highway.h>

#include <utility>

namespace jalon::sim {
namespace {

constexpr std::pair<int64_t, const char*> kNames[] = {
    {HWY_AVX3, "avx512"}, {HWY_AVX2, "avx2"}, {HWY_SSE4, "sse4"}, {HWY_SCALAR, "scalar"}};

// Of `targets`, those this build has code for: sanitized ones leave some out.
constexpr int64_t Compiled(int64_t targets) { return targets & HWY_TARGETS; }

bool IsSupported(int64_t target) {
  return target == HWY_SCALAR || (Compiled(hwy::SupportedTargets()) & target) != 0;
}

// What the machine has, whatever was forced before.
int64_t SupportedByMachine() {
  hwy::SetSupportedTargetsForTest(0);
  return hwy::SupportedTargets();
}

void Use(int64_t targets) {
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace

std::vector<std::string> KernelIsas() {
  const int64_t forced = hwy::SupportedTargets();
  const int64_t machine = SupportedByMachine();
  hwy::SetSupportedTargetsForTest(forced == machine ? 0 : forced);
  std::vector<std::string> names;
  for (const auto& [target, name] : kNames) {
    if (target == HWY_SCALAR || (Compiled(machine) & target) != 0) names.emplace_back(name);
  }
  return names;
}

std::string ActiveKernelIsa() {
  for (const auto& [target, name] : kNames) {
    if (IsSupported(target)) return name;
  }
  return "scalar";
}

bool ForceKernelIsa(absl::string_view isa) {
  if (isa.empty()) {
    Use(0);
    return true;
  }
  for (const auto& [target, name] : kNames) {
    if (isa != name) continue;
    if (target != HWY_SCALAR && (Compiled(SupportedByMachine()) & target) == 0) return false;
    Use(target);
    return true;
  }
  return false;
}

}  // namespace jalon::sim
