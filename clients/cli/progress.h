// A progress line on standard error: bar, share, rate, time left.
#ifndef JALON_CLIENTS_CLI_PROGRESS_H_
#define JALON_CLIENTS_CLI_PROGRESS_H_

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace jalon::client {

// What is known of a long work at one instant.
struct ProgressState {
  // In [0, 1].
  double ratio = 0.0;
  // Work done and its unit, e.g. 4096 "paths"; nothing is shown when `count` is absent.
  std::optional<int64_t> count;
  std::string unit;
  absl::Duration elapsed;
  // Free text at the end, e.g. the widest half-width.
  std::string detail;
};

// One line, at most `width` columns: `[#####.....]  52 %  4,096 paths  1,950/s  2 s left  detail`.
std::string ProgressLine(const ProgressState& state, int width);

// Repaints one line in place, at most ten times a second; silent when `enabled` is false (standard
// error is not a terminal, TERM=dumb, or --no-progress). Thread-compatible.
class Progress {
 public:
  // `out` must outlive the progress; `width` is the terminal's.
  Progress(std::ostream& out, bool enabled, int width = 79);
  // Erases what is left of the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `now` is any monotonic time; the first call always paints.
  void Update(ProgressState state, absl::Time now);
  void Clear();

 private:
  std::ostream& out_;
  bool enabled_;
  int width_;
  absl::Time started_ = absl::InfinitePast();
  absl::Time last_paint_ = absl::InfinitePast();
  bool painted_ = false;
};

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_PROGRESS_H_
