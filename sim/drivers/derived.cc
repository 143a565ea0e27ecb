#include "sim/drivers/derived.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/math.h"
#include "sim/base/missing.h"

namespace jalon::sim {
namespace {

// P90 of a standard normal.
constexpr double kNormalP90 = 1.2815515655446004;
constexpr double kHalfTolerance = 1e-9;
constexpr int kMonthsPerQuarter = 3;
constexpr int kMaxDecimals = 9;

// steps x step, as the decimal people would write when the step has at most 9 decimals.
double Multiple(double steps, double step) {
  double power = 1.0;
  for (int decimals = 0; decimals <= kMaxDecimals; ++decimals, power *= 10.0) {
    const double whole = std::round(step * power);
    if (std::fabs(step * power - whole) > kHalfTolerance * power || whole == 0.0) continue;
    return steps * whole / power;
  }
  return steps * step;
}

double RoundTo(double step, double value) {
  const double steps = value / step;
  const double whole = std::floor(std::fabs(steps) + 0.5 + kHalfTolerance);
  return Multiple(std::copysign(whole, steps), step);
}

bool HasMonth(const DerivedRule& rule, int month) {
  return std::binary_search(rule.effective_months.begin(), rule.effective_months.end(), month);
}

double TriangularAt(const DeviationLaw& law, double u) {
  const double width = law.high - law.low;
  if (!(width > 0.0)) return law.size;
  const double rise = law.size - law.low;
  if (u * width < rise) return law.low + std::sqrt(u * width * rise);
  return law.high - std::sqrt((1.0 - u) * width * (law.high - law.size));
}

}  // namespace

bool IsEffective(const DerivedRule& rule, Period period) {
  if (rule.effective_months.empty()) return true;
  if (period.frequency == Frequency::kMonth) return HasMonth(rule, period.season() + 1);
  for (int month = 1; month <= kMonthsPerQuarter; ++month) {
    if (HasMonth(rule, period.season() * kMonthsPerQuarter + month)) return true;
  }
  return false;
}

double Settle(const DerivedRule& rule, double value) {
  if (std::isnan(value)) return value;
  if (rule.rounding_step > 0.0) value = RoundTo(rule.rounding_step, value);
  if (rule.floor) value = std::max(value, *rule.floor);
  if (rule.cap) value = std::min(value, *rule.cap);
  return value;
}

double DeviationAt(const DeviationLaw& law, double uniform) {
  switch (law.kind) {
    case DeviationLaw::Kind::kFixed:
      return law.size;
    case DeviationLaw::Kind::kTriangular:
      return TriangularAt(law, uniform);
    case DeviationLaw::Kind::kNormal:
      return law.size + (law.high - law.low) / (2.0 * kNormalP90) * NormalInverseCdf(uniform);
  }
  return law.size;
}

absl::StatusOr<DerivedDrivers> DerivedDrivers::Create(std::vector<DerivedDriver> derived,
                                                      const std::vector<std::string>& free_ids) {
  DerivedDrivers drivers;
  drivers.free_count_ = static_cast<int>(free_ids.size());
  std::vector<std::string> ids = free_ids;
  Violations violations;
  for (size_t d = 0; d < derived.size(); ++d) {
    absl::StatusOr<Formula> formula = Formula::Parse(derived[d].rule.formula);
    if (!formula.ok()) {
      violations.Merge(ViolationsFromStatus(formula.status()));
      continue;
    }
    std::vector<int> columns;
    for (const std::string& input : formula->drivers()) {
      const auto place = std::find(ids.begin(), ids.end(), input);
      columns.push_back(static_cast<int>(place - ids.begin()));
      if (place != ids.end()) continue;
      violations.Add({.field = absl::StrCat("derived_drivers[", d, "].rule.formula"),
                      .value = input,
                      .rule = "must be a free driver, or a derived one listed before",
                      .reason = "UNKNOWN_DRIVER"});
    }
    ids.push_back(derived[d].id);
    drivers.reach_ = std::max(drivers.reach_, formula->reach() + derived[d].rule.announcement_lag);
    drivers.formulas_.push_back(*std::move(formula));
    drivers.columns_.push_back(std::move(columns));
  }
  if (!violations.empty()) return violations.ToStatus();
  drivers.derived_ = std::move(derived);
  return drivers;
}

double DerivedDrivers::FormulaValue(int d, Period period, const Table& table) const {
  const DerivedRule& rule = derived_[d].rule;
  const size_t width = table.window.size();
  const int at = period - table.window.first - rule.announcement_lag;
  const double value = formulas_[d].At(at, [&](int input, int t) {
    if (t < 0 || t >= table.window.size()) return kMissing;
    return table.values[static_cast<size_t>(columns_[d][input]) * width + t];
  });
  return Settle(rule, value);
}

void DerivedDrivers::Fill(const Table& table, Period first, const Decide& decide) const {
  const size_t width = table.window.size();
  // Values in force, whatever a scenario tells of them.
  std::vector<double> in_force(derived_.size(), kMissing);
  const int start = first - table.window.first;
  for (int d = 0; d < count() && start > 0; ++d) {
    in_force[d] = table.values[(free_count_ + d) * width + start - 1];
  }
  for (Period period = first; period <= table.window.last; period = period + 1) {
    const int t = period - table.window.first;
    for (int d = 0; d < count(); ++d) {
      const Decision decision = decide(d, period);
      const DerivedRule& rule = derived_[d].rule;
      if (IsEffective(rule, period)) {
        const double formula = FormulaValue(d, period, table);
        if (!std::isnan(formula)) {
          in_force[d] =
              decision.deviation == 0.0 ? formula : Settle(rule, formula + decision.deviation);
        }
      }
      table.values[(free_count_ + d) * width + t] =
          decision.told ? decision.told(in_force[d]) : in_force[d];
    }
  }
}

}  // namespace jalon::sim
