#include "sim/calendar/calendar_rules.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/base/rule_checker.h"
#include "sim/calendar/dates.h"

namespace jalon::sim {
namespace {

constexpr double kShareTolerance = 1e-6;

std::string WithoutRoot(const Network& network, const std::string& unit) {
  return unit == network.unit(0).id ? std::string() : unit;
}

// One spelling per scope.
CalendarScope Canonical(const Network& network, const CalendarScope& scope) {
  return {WithoutRoot(network, scope.unit), scope.unit_kind};
}

std::set<std::string> LeafKinds(const Network& network) {
  std::set<std::string> kinds;
  for (int u = 0; u < network.unit_count(); ++u) {
    if (network.is_leaf(u) && !network.unit(u).kind.empty()) kinds.insert(network.unit(u).kind);
  }
  return kinds;
}

class CalendarChecker : public RuleChecker {
 public:
  CalendarChecker(const Network& network, const CalendarTable& table)
      : network_(network), kinds_(LeafKinds(network)) {
    for (size_t i = 0; i < table.rules.size(); ++i) {
      CheckRule(table.rules[i], Element("rules", static_cast<int64_t>(i)));
    }
    for (size_t i = 0; i < table.dates.size(); ++i) {
      CheckDate(table.dates[i], Element("dates", static_cast<int64_t>(i)));
    }
    for (size_t i = 0; i < table.days.size(); ++i) {
      CheckDays(table.days[i], Element("days", static_cast<int64_t>(i)));
    }
  }

 private:
  void CheckScope(const CalendarScope& scope, const std::string& field) {
    Require(scope.unit.empty() || scope.unit_kind.empty(), field + ".kind", scope.unit_kind,
            {"must not stand beside a unit", "TWO_SCOPES"});
    Require(scope.unit.empty() || network_.FindUnit(scope.unit).has_value(), field + ".unit",
            scope.unit, {"must be the id of a unit", "UNKNOWN_UNIT"});
    Require(scope.unit_kind.empty() || kinds_.count(scope.unit_kind) > 0, field + ".kind",
            scope.unit_kind, {"must be the kind of some branch", "UNKNOWN_UNIT_KIND"});
  }

  // Whether nothing before had this scope and place; says so otherwise.
  void CheckOnce(const CalendarScope& scope, int64_t place, const std::string& field) {
    Require(seen_.emplace(Canonical(network_, scope), place).second, field,
            absl::StrCat(scope.unit, scope.unit_kind), {"must not be declared twice", "DUPLICATE"});
  }

  void CheckRule(const CalendarRule& rule, const std::string& field) {
    CheckScope(rule.scope, field);
    CheckOnce(rule.scope, kRulePlace, field);
    Require(rule.week.has_value() || rule.holidays.has_value(), field + ".week", "",
            {"must give a week or holidays", "EMPTY_RULE"});
  }

  void CheckDate(const CalendarDate& date, const std::string& field) {
    CheckScope(date.scope, field);
    CheckOnce(date.scope, kDatePlace + date.day, field);
    const int32_t first = DayNumber({kFirstYear, 1, 1});
    const int32_t end = DayNumber({kLastYear + 1, 1, 1});
    Require(first <= date.day && date.day < end, field + ".date", absl::StrCat(date.day),
            {"must be from 1900-01-01 to 2199-12-31", "OUT_OF_RANGE"});
  }

  void CheckDays(const ImportedDays& days, const std::string& field) {
    CheckScope(days.scope, field);
    CheckOnce(days.scope, kDaysPlace + days.period.index, field);
    RequireFrequency(days.period, network_.frequency(), field + ".period");
    RequireFinite(days.days, field + ".days");
    if (!std::isfinite(days.days)) return;
    Require(days.days >= 0, field + ".days", absl::StrCat(days.days), {"must be >= 0", "NEGATIVE"});
    const int most = CalendarDays(days.period);
    Require(days.days <= most, field + ".days", absl::StrCat(days.days),
            {absl::StrCat("must not exceed the ", most, " days of ", days.period.ToString()),
             "DAYS_BEYOND_PERIOD"});
  }

  // Places of the three lists, far apart.
  static constexpr int64_t kRulePlace = -1;
  static constexpr int64_t kDatePlace = int64_t{1} << 40;
  static constexpr int64_t kDaysPlace = int64_t{1} << 50;

  const Network& network_;
  const std::set<std::string> kinds_;
  std::set<std::pair<CalendarScope, int64_t>> seen_;
};

class PhasingChecker : public RuleChecker {
 public:
  PhasingChecker(const Network& network, const PhasingTable& table) : network_(network) {
    for (size_t i = 0; i < table.shares.size(); ++i) {
      CheckShare(table.shares[i], Element("shares", static_cast<int64_t>(i)));
    }
    for (const auto& [key, sum] : sums_) {
      Require(std::fabs(sum.second - 1.0) <= kShareTolerance, sum.first + ".share",
              absl::StrFormat("%.10g", sum.second),
              {absl::StrCat("shares of `", key.first, "`",
                            key.second.empty() ? "" : absl::StrCat(" in `", key.second, "`"),
                            " must add up to 1"),
               "SHARES_DO_NOT_ADD"});
    }
  }

 private:
  void CheckShare(const PhasingShare& share, const std::string& field) {
    const std::optional<int> k = network_.FindIndicator(share.indicator);
    Require(k.has_value(), field + ".indicator", share.indicator,
            {"must be the id of an indicator", "UNKNOWN_INDICATOR"});
    if (k.has_value()) {
      Require(network_.indicator(*k).aggregation == Aggregation::kSum, field + ".indicator",
              share.indicator, {"must be an indicator whose periods add up", "NOT_A_SUM"});
    }
    Require(share.unit.empty() || network_.FindUnit(share.unit).has_value(), field + ".unit",
            share.unit, {"must be the id of a unit", "UNKNOWN_UNIT"});
    const int seasons = PeriodsPerYear(network_.frequency());
    Require(0 <= share.season && share.season < seasons, field + ".month",
            absl::StrCat(share.season + 1),
            {absl::StrCat("must be 1 to ", seasons), "OUT_OF_RANGE"});
    const bool is_share = 0.0 <= share.share && share.share <= 1.0;
    Require(is_share, field + ".share", absl::StrCat(share.share),
            {"must be in [0, 1]", "OUT_OF_RANGE"});
    const std::pair key(share.indicator, WithoutRoot(network_, share.unit));
    Require(seen_.emplace(key, share.season).second, field, share.indicator,
            {"must not be declared twice", "DUPLICATE"});
    const auto sum = sums_.try_emplace(key, field, 0.0).first;
    if (is_share) sum->second.second += share.share;
  }

  using Key = std::pair<std::string, std::string>;

  const Network& network_;
  std::set<std::pair<Key, int>> seen_;
  // (indicator, unit): the first field and the sum.
  std::map<Key, std::pair<std::string, double>> sums_;
};

}  // namespace

Violations ValidateCalendars(const Network& network, const CalendarTable& table) {
  return CalendarChecker(network, table).violations();
}

CalendarTable SortedCalendars(const Network& network, CalendarTable table) {
  for (CalendarRule& rule : table.rules) rule.scope = Canonical(network, rule.scope);
  for (CalendarDate& date : table.dates) date.scope = Canonical(network, date.scope);
  for (ImportedDays& days : table.days) days.scope = Canonical(network, days.scope);
  std::sort(table.rules.begin(), table.rules.end(),
            [](const CalendarRule& a, const CalendarRule& b) { return a.scope < b.scope; });
  std::sort(table.dates.begin(), table.dates.end(),
            [](const CalendarDate& a, const CalendarDate& b) {
              return std::tie(a.scope, a.day) < std::tie(b.scope, b.day);
            });
  std::sort(table.days.begin(), table.days.end(), [](const ImportedDays& a, const ImportedDays& b) {
    return std::tie(a.scope, a.period) < std::tie(b.scope, b.period);
  });
  return table;
}

Violations ValidatePhasing(const Network& network, const PhasingTable& table) {
  return PhasingChecker(network, table).violations();
}

PhasingTable SortedPhasing(const Network& network, PhasingTable table) {
  for (PhasingShare& share : table.shares) share.unit = WithoutRoot(network, share.unit);
  std::sort(
      table.shares.begin(), table.shares.end(), [](const PhasingShare& a, const PhasingShare& b) {
        return std::tie(a.indicator, a.unit, a.season) < std::tie(b.indicator, b.unit, b.season);
      });
  return table;
}

}  // namespace jalon::sim
