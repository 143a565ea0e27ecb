// Every limit of the server, in one place: nothing grows without bound (docs/errors.md lists the
// errors they give).
#ifndef JALON_SERVER_RUN_LIMITS_H_
#define JALON_SERVER_RUN_LIMITS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace jalon::server {

struct Limits {
  // Calls being served, of all callers and of one.
  int64_t calls = 2'000;
  int64_t calls_per_caller = 64;
  // Uploads open at once; bytes all of them hold; seconds one may stay silent.
  int64_t upload_sessions = 16;
  int64_t upload_bytes = int64_t{1} << 30;
  int64_t upload_idle_seconds = 60;
  // Jobs waiting or computing, of all callers and of one.
  int64_t jobs = 256;
  int64_t jobs_per_caller = 64;
  // Bytes all runs together may need at their peak. 0: half of the machine's memory.
  int64_t run_bytes = 0;
  // Numbers (rows x columns) of one result.
  int64_t result_cells = int64_t{1} << 24;
  // Seconds a run may compute, whatever it asks.
  int64_t run_seconds = 3'600;
  // Bytes of revisions, models and results kept in memory for reading.
  int64_t cache_bytes = int64_t{512} << 20;
  // Bytes of what runs leave for differences to them (server/cache), inside `run_bytes`: runs that
  // need the room get it.
  int64_t baseline_bytes = int64_t{256} << 20;

  // Not configurable: the clients rely on them.
  static constexpr int64_t kReceiveBytes = int64_t{1} << 20;
  static constexpr int64_t kMetadataBytes = 8 << 10;
  static constexpr int64_t kChunkBytes = 256 << 10;
  static constexpr int64_t kPageBytes = 256 << 10;
  static constexpr int64_t kFrameBytes = 64 << 10;
  static constexpr int64_t kUnarySeconds = 30;
};

// A limit as shown to callers.
struct NamedLimit {
  std::string name;
  int64_t value = 0;
  std::string unit;
};

// All of them, in the order above.
std::vector<NamedLimit> NamedLimits(const Limits& limits);

// Errors: kInvalidArgument naming the limits that are not positive.
absl::Status ValidateLimits(const Limits& limits);

// Half of what the machine, or its control group, allows this process, in bytes; 1 GiB when
// unknown.
int64_t DefaultRunBytes();

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_LIMITS_H_
