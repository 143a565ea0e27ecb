// Gathers the violations of a value with little ceremony: one line per rule.
#ifndef JALON_SIM_BASE_RULE_CHECKER_H_
#define JALON_SIM_BASE_RULE_CHECKER_H_

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sim/base/period.h"
#include "sim/base/text.h"
#include "sim/base/violation.h"

namespace jalon::sim {

// `units[3]`.
inline std::string Element(absl::string_view list, int64_t index) {
  return absl::StrCat(list, "[", index, "]");
}

// Base of the checks of one part of a declaration. Thread-compatible.
class RuleChecker {
 public:
  const Violations& violations() const { return violations_; }

 protected:
  // What a broken rule says besides its place and value.
  struct Rule {
    absl::string_view text;
    absl::string_view reason;
  };

  void Add(std::optional<Violation> violation) {
    if (violation) violations_.Add(*std::move(violation));
  }

  // Adds a violation of `rule` at `field`. Long lists look at their rules first and spell places
  // and values of what is broken only.
  void Break(std::string field, absl::string_view value, const Rule& rule) {
    violations_.Add({.field = std::move(field),
                     .value = Printable(value),
                     .rule = Printable(rule.text),
                     .reason = std::string(rule.reason)});
  }

  // Adds a violation of `rule` at `field` unless `holds`.
  void Require(bool holds, std::string field, absl::string_view value, const Rule& rule) {
    if (!holds) Break(std::move(field), value, rule);
  }

  void RequireFinite(double number, std::string field) {
    if (std::isfinite(number)) return;
    Break(std::move(field), absl::StrCat(number), {"must be a finite number", "NOT_FINITE"});
  }

  void RequireFrequency(Period period, Frequency frequency, std::string field) {
    if (period.frequency == frequency) return;
    Break(std::move(field), period.ToString(),
          frequency == Frequency::kMonth
              ? Rule{"must be a month, as in 2026-01", "BAD_FREQUENCY"}
              : Rule{"must be a quarter, as in 2026-Q1", "BAD_FREQUENCY"});
  }

  void RequireId(absl::string_view id, std::string field) { Add(IdProblem(id, std::move(field))); }
  void RequireLabel(absl::string_view label, std::string field) {
    Add(LabelProblem(label, std::move(field)));
  }

 private:
  Violations violations_;
};

// Finds repeated ids in a list.
class DuplicateFinder {
 public:
  // The index that had `id` first, when there is one; else remembers it for `index`.
  std::optional<int64_t> Earlier(const std::string& id, int64_t index) {
    const auto [place, is_new] = first_.emplace(id, index);
    if (is_new) return std::nullopt;
    return place->second;
  }

 private:
  absl::flat_hash_map<std::string, int64_t> first_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_RULE_CHECKER_H_
