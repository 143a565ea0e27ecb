#include "server/run/limits.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "sim/base/violation.h"

namespace jalon::server {

std::vector<NamedLimit> NamedLimits(const Limits& limits) {
  return {{"calls", limits.calls, "calls"},
          {"calls_per_caller", limits.calls_per_caller, "calls"},
          {"upload_sessions", limits.upload_sessions, "uploads"},
          {"upload_bytes", limits.upload_bytes, "bytes"},
          {"upload_idle_seconds", limits.upload_idle_seconds, "seconds"},
          {"jobs", limits.jobs, "jobs"},
          {"jobs_per_caller", limits.jobs_per_caller, "jobs"},
          {"run_bytes", limits.run_bytes, "bytes"},
          {"result_cells", limits.result_cells, "numbers"},
          {"run_seconds", limits.run_seconds, "seconds"},
          {"cache_bytes", limits.cache_bytes, "bytes"},
          {"baseline_bytes", limits.baseline_bytes, "bytes"},
          {"receive_bytes", Limits::kReceiveBytes, "bytes"},
          {"metadata_bytes", Limits::kMetadataBytes, "bytes"},
          {"chunk_bytes", Limits::kChunkBytes, "bytes"},
          {"page_bytes", Limits::kPageBytes, "bytes"},
          {"frame_bytes", Limits::kFrameBytes, "bytes"},
          {"unary_seconds", Limits::kUnarySeconds, "seconds"}};
}

absl::Status ValidateLimits(const Limits& limits) {
  sim::Violations violations;
  for (const NamedLimit& limit : NamedLimits(limits)) {
    if (limit.value > 0) continue;
    violations.Add({.field = absl::StrCat("limits.", limit.name),
                    .value = absl::StrCat(limit.value),
                    .rule = "must be > 0",
                    .reason = "LIMIT_NOT_POSITIVE"});
  }
  return violations.ToStatus();
}

int64_t DefaultRunBytes() {
  const int64_t pages = sysconf(_SC_PHYS_PAGES);
  const int64_t page_bytes = sysconf(_SC_PAGE_SIZE);
  int64_t bytes = pages > 0 && page_bytes > 0 ? pages * page_bytes : int64_t{2} << 30;
  int64_t group_bytes = 0;
  // Holds `max` when the group has no limit, which leaves group_bytes at 0.
  if (std::ifstream("/sys/fs/cgroup/memory.max") >> group_bytes && group_bytes > 0) {
    bytes = std::min(bytes, group_bytes);
  }
  return bytes / 2;
}

}  // namespace jalon::server
