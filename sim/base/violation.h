// A broken rule in something a caller gave us, and lists of them.
//
// Bad input gets every problem at once (DECISIONS D8), so checks collect Violations instead of
// stopping at the first, and one absl::Status carries them all across a function boundary.
#ifndef JALON_SIM_BASE_VIOLATION_H_
#define JALON_SIM_BASE_VIOLATION_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace jalon::sim {

// One broken rule. Mirrors jalon.v1.Violation field by field.
struct Violation {
  // Dotted path from the request or file root, e.g. `objectives[3].unit`.
  std::string field;
  // The value found, as text, cut to 200 bytes. Empty when the value is missing.
  std::string value;
  // What would have been accepted, e.g. `must be >= 0`.
  std::string rule;
  // Stable UPPER_SNAKE_CASE code, e.g. `UNKNOWN_UNIT`. Programs may branch on it.
  std::string reason;
  // One sentence for people: path, value, rule.
  std::string message;
  // File the problem stands in; empty outside imports.
  std::string file;
  // 1-based line in `file`; 0 when unknown.
  int64_t line = 0;
  // 1-based column (cell) in the line; 0 when unknown.
  int64_t column = 0;

  friend bool operator==(const Violation&, const Violation&) = default;
};

std::ostream& operator<<(std::ostream& out, const Violation& violation);

// Collects violations: keeps the first `limit`, counts all.
// Thread-compatible.
class Violations {
 public:
  // Imports keep this many and count the rest.
  static constexpr int64_t kDefaultLimit = 100'000;

  explicit Violations(int64_t limit = kDefaultLimit) : limit_(limit) {}

  // Adds a violation; fills `message` from field, value and rule when it is empty, and cuts
  // `value`.
  void Add(Violation violation);
  // Adds all of `other`, whose uncounted overflow is counted too.
  void Merge(const Violations& other);

  bool empty() const { return total_count_ == 0; }
  // How many were added, kept or not.
  int64_t total_count() const { return total_count_; }
  // The first ones, in the order added.
  const std::vector<Violation>& kept() const { return kept_; }

  // OkStatus when empty, else kInvalidArgument: the message names the first violation and the
  // count; the first 1,000 kept travel in a payload (see ViolationsFromStatus).
  absl::Status ToStatus() const;

 private:
  friend Violations ViolationsFromStatus(const absl::Status& status);

  int64_t limit_;
  int64_t total_count_ = 0;
  std::vector<Violation> kept_;
};

// The violations a status carries (empty when it carries none). Inverse of Violations::ToStatus up
// to its cut; `total_count` is preserved.
Violations ViolationsFromStatus(const absl::Status& status);

// A status with one violation.
absl::Status ViolationStatus(Violation violation);

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_VIOLATION_H_
