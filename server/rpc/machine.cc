#include "server/rpc/machine.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace jalon::server {
namespace {

std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    const size_t colon = line.find(": ");
    return colon == std::string::npos ? "" : line.substr(colon + 2);
  }
  return "";
}

}  // namespace

Machine DescribeMachine() {
  Machine machine;
  machine.cpu_model = CpuModel();
  machine.core_count = std::max(1u, std::thread::hardware_concurrency());
#if defined(__x86_64__)
  const std::pair<const char*, bool> sets[] = {{"SSE4.2", __builtin_cpu_supports("sse4.2")},
                                               {"AVX", __builtin_cpu_supports("avx")},
                                               {"FMA", __builtin_cpu_supports("fma")},
                                               {"AVX2", __builtin_cpu_supports("avx2")},
                                               {"AVX-512F", __builtin_cpu_supports("avx512f")}};
  for (const auto& [name, present] : sets) {
    if (present) machine.instruction_sets.emplace_back(name);
  }
  machine.has_fma = __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
#endif
  return machine;
}

int64_t ResidentBytes() {
  int64_t total_pages = 0;
  int64_t resident_pages = 0;
  std::ifstream file("/proc/self/statm");
  if (!(file >> total_pages >> resident_pages)) return 0;
  return resident_pages * sysconf(_SC_PAGE_SIZE);
}

std::string BuildDescription() {
#if defined(__clang__)
  std::string compiler = absl::StrCat("Clang ", __clang_version__);
#else
  std::string compiler = absl::StrCat("GCC ", __VERSION__);
#endif
#if defined(__OPTIMIZE__)
  return absl::StrCat(compiler, " optimised");
#else
  return absl::StrCat(compiler, " unoptimised");
#endif
}

std::string ServerVersion() { return JALON_VERSION; }

}  // namespace jalon::server
