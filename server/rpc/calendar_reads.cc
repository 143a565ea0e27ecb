#include "server/rpc/calendar_reads.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/convert/calendar.h"
#include "server/convert/checks.h"
#include "server/convert/key_columns.h"
#include "server/convert/network.h"
#include "server/rpc/network_content.h"
#include "server/rpc/paging.h"
#include "server/run/limits.h"

namespace jalon::server {
namespace {

constexpr PageSizes kRows{.standard = 500, .most = 1'000};
constexpr int kMaxDepth = 8;
constexpr int kMaxPeriods = 600;
constexpr double kUnknownDays = -1.0;

// Branches of a page of days: what fits the bytes of a page.
PageSizes BranchesPerPage(int period_count) {
  constexpr int64_t kRowBytes = 96;
  const int64_t fit =
      std::max<int64_t>(1, Limits::kPageBytes / (kRowBytes + int64_t{10} * period_count));
  return {.standard = std::min(kRows.standard, fit), .most = std::min(kRows.most, fit)};
}

std::optional<sim::Window> ReadWindow(const std::string& field, const std::string& text,
                                      sim::Frequency frequency, Checks& checks) {
  if (!checks.Required(field, !text.empty())) return std::nullopt;
  const std::optional<sim::Window> window = checks.Window(field, text, frequency);
  if (!window.has_value()) return std::nullopt;
  if (window->size() > kMaxPeriods) {
    checks.Add(field, text, "must be at most 600 periods", "OUT_OF_RANGE");
  }
  return window;
}

// The units a request names, the root when it names none.
template <typename Request>
std::vector<int> ReadUnits(const sim::Network& network, const Request& request, Checks& checks) {
  std::vector<int> units;
  for (int i = 0; i < request.units_size(); ++i) {
    const std::optional<int> unit = network.FindUnit(request.units(i));
    if (unit.has_value()) {
      units.push_back(*unit);
    } else {
      checks.Add(absl::StrCat("units[", i, "]"), request.units(i), "must be one of the network",
                 "UNKNOWN_UNIT");
    }
  }
  if (request.units().empty()) units.push_back(0);
  return units;
}

// Units at most `depth` levels below one of `tops`, in canonical order; leaves only when asked.
std::vector<int> UnitsBelow(const sim::Network& network, const std::vector<int>& tops, int depth,
                            bool leaves_only) {
  std::vector<int> units;
  for (int u = 0; u < network.unit_count(); ++u) {
    if (leaves_only && !network.is_leaf(u)) continue;
    const bool below = std::any_of(tops.begin(), tops.end(), [&](int top) {
      return top <= u && u < network.unit_end(top) &&
             network.unit_depth(u) - network.unit_depth(top) <= depth;
    });
    if (below) units.push_back(u);
  }
  return units;
}

void AddDays(const sim::Network& network, const sim::OpeningDays& days, int unit,
             v1::OpeningDaysRow* row) {
  row->set_unit(network.unit(unit).id);
  row->set_week(ToProto(days.week(unit)));
  row->set_holidays(ToProto(days.holidays(unit)));
  bool any = false;
  for (int t = 0; t < days.window().size(); ++t) {
    const sim::Period period = days.window().first + t;
    const double known = days.days(unit, period);
    any = any || !std::isnan(known);
    if (days.is_imported(unit, period)) row->add_imported(t);
    row->add_days(std::isnan(known) ? kUnknownDays : known);
  }
  if (!any) row->clear_days();
}

// The indicators a request names, every exposed one when it names none.
std::vector<int> ReadIndicators(const sim::Network& network,
                                const v1::ReadCalendarEffectRequest& request, Checks& checks) {
  std::vector<int> indicators;
  for (int i = 0; i < request.indicators_size(); ++i) {
    const std::string field = absl::StrCat("indicators[", i, "]");
    const std::string& id = request.indicators(i);
    const std::optional<int> k = network.FindIndicator(id);
    if (!k.has_value()) {
      checks.Add(field, id, "must be one of the network", "UNKNOWN_INDICATOR");
    } else if (network.indicator(*k).aggregation != sim::Aggregation::kSum) {
      checks.Add(field, id, "must be an indicator whose periods add up", "NOT_A_SUM");
    } else {
      indicators.push_back(*k);
    }
  }
  for (int k = 0; k < network.indicator_count() && request.indicators().empty(); ++k) {
    const sim::Indicator& indicator = network.indicator(k);
    if (indicator.exposure == sim::Exposure::kOpeningDays &&
        indicator.aggregation == sim::Aggregation::kSum && indicator.adds_over_units) {
      indicators.push_back(k);
    }
  }
  std::sort(indicators.begin(), indicators.end());
  return indicators;
}

// Fills the value columns of a response.
class EffectColumns {
 public:
  void Add(const sim::CalendarEffect& effect) {
    against_.push_back(effect.against);
    calendar_.push_back(effect.calendar);
    window_.push_back(effect.window);
  }

  void MoveTo(v1::ReadCalendarEffectResponse& response) {
    response.set_against_missing_bitmap(MissingBitmap(against_));
    response.set_window_missing_bitmap(MissingBitmap(window_));
    for (std::vector<double>* column : {&against_, &calendar_, &window_}) {
      for (double& value : *column) value = std::isnan(value) ? 0.0 : value;
    }
    response.mutable_against_values()->Assign(against_.begin(), against_.end());
    response.mutable_calendar_values()->Assign(calendar_.begin(), calendar_.end());
    response.mutable_window_values()->Assign(window_.begin(), window_.end());
  }

 private:
  std::vector<double> against_, calendar_, window_;
};

void AddGroups(const std::vector<sim::CalendarGroup>& groups,
               v1::ReadCalendarEffectResponse& response) {
  for (const sim::CalendarGroup& group : groups) {
    v1::CalendarGroup* proto = response.add_groups();
    proto->set_week(ToProto(group.week));
    proto->set_holidays(ToProto(group.holidays));
    proto->set_unit_count(group.unit_count);
    proto->set_against_days(group.against_days);
    proto->set_window_days(group.window_days);
    if (group.against_days > 0) proto->set_change(group.window_days / group.against_days - 1);
  }
}

// What a request for the effect asks, checked.
struct EffectQuestion {
  sim::WindowPair pair;
  std::vector<int> tops;
  std::vector<int> indicators;
  int depth = 0;
};

absl::StatusOr<EffectQuestion> ReadQuestion(const sim::Network& network,
                                            const v1::ReadCalendarEffectRequest& request) {
  Checks checks;
  EffectQuestion question{.depth = request.depth()};
  const auto window = ReadWindow("window", request.window(), network.frequency(), checks);
  const auto against = ReadWindow("against", request.against(), network.frequency(), checks);
  if (window.has_value() && against.has_value()) {
    question.pair = {*window, *against};
    if (window->size() != against->size()) {
      checks.Add("against", request.against(), "must have as many periods as the window",
                 "SIZE_MISMATCH");
    }
  }
  checks.InRange("depth", request.depth(), 0, kMaxDepth);
  question.tops = ReadUnits(network, request, checks);
  question.indicators = ReadIndicators(network, request, checks);
  if (!checks.ok()) return checks.ToStatus();
  return question;
}

}  // namespace

absl::StatusOr<v1::ReadOpeningDaysResponse> ReadOpeningDays(
    Call& call, const v1::ReadOpeningDaysRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "revision", request.revision()));
  const sim::Network& network = revision->value.network;
  Checks checks;
  const auto window = ReadWindow("window", request.window(), network.frequency(), checks);
  const std::vector<int> tops = ReadUnits(network, request, checks);
  if (!checks.ok()) return checks.ToStatus();
  JALON_ASSIGN_OR_RETURN(const Paging paging, Paging::Of(request, revision->info.name(),
                                                         BranchesPerPage(window->size())));
  const std::vector<int> units = UnitsBelow(network, tops, network.depth_count(), true);
  const auto total = static_cast<int64_t>(units.size());
  const sim::OpeningDays days(network, revision->value.calendars, *window);
  v1::ReadOpeningDaysResponse response;
  response.set_first_period(window->first.ToString());
  response.set_period_count(window->size());
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    AddDays(network, days, units[i], response.add_rows());
  }
  response.set_next_page_token(paging.NextToken(total));
  return response;
}

absl::StatusOr<v1::ReadCalendarEffectResponse> ReadCalendarEffect(
    Call& call, const v1::ReadCalendarEffectRequest& request) {
  JALON_ASSIGN_OR_RETURN(const auto revision, FindRevision(call, "revision", request.revision()));
  const sim::Network& network = revision->value.network;
  JALON_ASSIGN_OR_RETURN(const EffectQuestion question, ReadQuestion(network, request));
  if (revision->value.calendars.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(revision->info.name(), " has no calendar: import `calendars.csv`"));
  }
  JALON_ASSIGN_OR_RETURN(const Paging paging, Paging::Of(request, revision->info.name(), kRows));
  const std::vector<int> units = UnitsBelow(network, question.tops, question.depth, false);
  const sim::PairedDays days(network, revision->value.calendars, question.pair);
  const sim::CreditedSums sums(revision->value);
  v1::ReadCalendarEffectResponse response;
  AddGroups(sim::GroupCalendars(network, days, question.tops), response);
  KeyColumnsBuilder<v1::KeyColumns> keys(response.mutable_keys());
  EffectColumns columns;
  const auto total = static_cast<int64_t>(units.size() * question.indicators.size());
  for (int64_t i = paging.first(); i < paging.end(total); ++i) {
    const int k = question.indicators[i / units.size()];
    const int u = units[i % units.size()];
    keys.Add(network.unit(u).id, sim::kAllSegments, network.indicator(k).id);
    columns.Add(sim::SplitChange(sums, {k, u, 0}, question.pair, days));
  }
  columns.MoveTo(response);
  response.set_next_page_token(paging.NextToken(total));
  return response;
}

}  // namespace jalon::server
