// Small checks shared by the conversions: each adds to a list of violations and goes on.
#ifndef JALON_SERVER_CONVERT_CHECKS_H_
#define JALON_SERVER_CONVERT_CHECKS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"

namespace jalon::server {

// Collects the violations of one message, field by field.
class Checks {
 public:
  explicit Checks(std::string root = "") : root_(std::move(root)) {}

  // Adds a violation of `field` (below the root).
  void Add(absl::string_view field, std::string value, absl::string_view rule,
           absl::string_view reason);
  // Adds all of `violations`, their fields below the root.
  void Merge(const sim::Violations& violations);

  // MISSING_FIELD unless `present`.
  bool Required(absl::string_view field, bool present);
  // TEXT_TOO_LONG above `max` bytes; BAD_TEXT for control characters.
  void Text(absl::string_view field, absl::string_view text, size_t max);
  // OUT_OF_RANGE outside [low, high], NaN included.
  void InRange(absl::string_view field, double value, double low, double high);
  // OUT_OF_RANGE unless low < value < high.
  void Inside(absl::string_view field, double value, double low, double high);
  // A period of `frequency`: BAD_PERIOD or WRONG_FREQUENCY otherwise.
  std::optional<sim::Period> Period(absl::string_view field, absl::string_view text,
                                    sim::Frequency frequency);
  // A window: BAD_WINDOW otherwise.
  std::optional<sim::Window> Window(absl::string_view field, absl::string_view text,
                                    sim::Frequency frequency);

  bool ok() const { return violations_.empty(); }
  sim::Violations& violations() { return violations_; }
  absl::Status ToStatus() const { return violations_.ToStatus(); }

 private:
  std::string Path(absl::string_view field) const;

  const std::string root_;
  sim::Violations violations_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_CHECKS_H_
