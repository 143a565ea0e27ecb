#include "server/convert/checks.h"

#include <utility>

namespace jalon::server {

std::string Checks::Path(absl::string_view field) const {
  if (root_.empty()) return std::string(field);
  if (field.empty()) return root_;
  return absl::StrCat(root_, ".", field);
}

void Checks::Add(absl::string_view field, std::string value, absl::string_view rule,
                 absl::string_view reason) {
  violations_.Add({.field = Path(field),
                   .value = std::move(value),
                   .rule = std::string(rule),
                   .reason = std::string(reason)});
}

void Checks::Merge(const sim::Violations& violations) {
  for (sim::Violation violation : violations.kept()) {
    violation.field = Path(violation.field);
    // The message names the path: let Add write it again.
    violation.message.clear();
    violations_.Add(std::move(violation));
  }
}

bool Checks::Required(absl::string_view field, bool present) {
  if (!present) Add(field, "", "is required", "MISSING_FIELD");
  return present;
}

void Checks::Text(absl::string_view field, absl::string_view text, size_t max) {
  if (text.size() > max) {
    Add(field, std::string(text), absl::StrCat("must be at most ", max, " bytes"), "TEXT_TOO_LONG");
  }
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= 0x20 && byte != 0x7F) || c == '\n' || c == '\t') continue;
    return Add(field, "", "must not hold control characters", "BAD_TEXT");
  }
}

void Checks::InRange(absl::string_view field, double value, double low, double high) {
  if (value >= low && value <= high) return;
  Add(field, absl::StrCat(value), absl::StrCat("must be in [", low, ", ", high, "]"),
      "OUT_OF_RANGE");
}

void Checks::Inside(absl::string_view field, double value, double low, double high) {
  if (value > low && value < high) return;
  Add(field, absl::StrCat(value), absl::StrCat("must be in (", low, ", ", high, ")"),
      "OUT_OF_RANGE");
}

std::optional<sim::Period> Checks::Period(absl::string_view field, absl::string_view text,
                                          sim::Frequency frequency) {
  const absl::StatusOr<sim::Period> period = sim::ParsePeriod(text);
  const bool month = frequency == sim::Frequency::kMonth;
  if (!period.ok()) {
    Add(field, std::string(text), month ? "must be YYYY-MM" : "must be YYYY-Qn", "BAD_PERIOD");
    return std::nullopt;
  }
  if (period->frequency != frequency) {
    Add(field, std::string(text),
        month ? "must be a month: the network is monthly"
              : "must be a quarter: the network is "
                "quarterly",
        "WRONG_FREQUENCY");
    return std::nullopt;
  }
  return *period;
}

std::optional<sim::Window> Checks::Window(absl::string_view field, absl::string_view text,
                                          sim::Frequency frequency) {
  const absl::StatusOr<sim::Window> window = sim::ParseWindow(text, frequency);
  if (window.ok()) return *window;
  Add(field, std::string(text),
      "must be a period, a year or first..last of the network's frequency", "BAD_WINDOW");
  return std::nullopt;
}

}  // namespace jalon::server
