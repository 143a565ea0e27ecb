#include "sim/engine/event_reach.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace jalon::sim {
namespace {

// Sales of a series over the year up to `as_of`, what is known of them.
double YearOfSales(const Realisations& realisations, int row, Period as_of) {
  double sum = 0.0;
  for (int t = 0; t < PeriodsPerYear(as_of.frequency); ++t) {
    const double value = realisations.at(row, as_of - t);
    if (!std::isnan(value)) sum += value;
  }
  return sum;
}

}  // namespace

EventFilter::EventFilter(const Network& network, const Event& event) {
  for (const std::string& id : event.indicators) {
    indicators_.push_back(network.FindIndicator(id).value());
  }
  for (const std::string& id : event.segments) {
    const int segment = network.FindSegment(id).value();
    segments_.emplace_back(segment, network.segment_end(segment));
  }
  for (const std::string& id : event.units) {
    const int unit = network.FindUnit(id).value();
    units_.emplace_back(unit, network.unit_end(unit));
  }
}

bool EventFilter::Inside(const Ranges& ranges, int first, int end) {
  if (ranges.empty()) return true;
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const auto& r) { return r.first <= first && end <= r.second; });
}

bool EventFilter::Covers(int indicator, int segment, int unit_first, int unit_end) const {
  const bool named = indicators_.empty() || std::find(indicators_.begin(), indicators_.end(),
                                                      indicator) != indicators_.end();
  return named && Inside(segments_, segment, segment + 1) && Inside(units_, unit_first, unit_end);
}

EventReach::EventReach(const PlanInput& input, const Event& event)
    : input_(input),
      event_(event),
      filter_(input.revision.network, event),
      from_table_(!event.channel.empty() && !event.channel_share_ratio) {
  if (from_table_) shares_.emplace(input.revision.network, input.revision.channels);
  for (size_t j = 0; j < event.transfers.size(); ++j) {
    const LostSalesTransfer& transfer = event.transfers[j];
    if (transfer.unit.empty()) {
      returned_by_channel_ += transfer.share;
    } else {
      unit_transfers_.push_back({.unit = *input.revision.network.FindUnit(transfer.unit),
                                 .share = transfer.share,
                                 .index = j});
    }
  }
  is_dated_ = from_table_ && shares_->IsDated(event.channel);
  by_series_ = from_table_ || !unit_transfers_.empty();
  for (UnitTransfer& transfer : unit_transfers_) MeasureGain(transfer);
}

double EventReach::uniform_coefficient() const {
  const double share = event_.channel.empty() ? 1.0 : event_.channel_share_ratio.value_or(1.0);
  return share * (1.0 - returned_by_channel_);
}

std::optional<int> EventReach::RowAt(const SeriesKey& key, Period period) const {
  return from_table_ ? shares_->RowAt(key, event_.channel, period) : std::nullopt;
}

std::optional<double> EventReach::ShareAt(const SeriesKey& key, Period period) const {
  if (!from_table_) return event_.channel.empty() ? 1.0 : *event_.channel_share_ratio;
  const std::optional<int> row = RowAt(key, period);
  if (!row) return std::nullopt;
  return shares_->row(*row).share;
}

double EventReach::Returned(int unit) const {
  double returned = returned_by_channel_;
  for (const UnitTransfer& transfer : unit_transfers_) {
    if (transfer.unit == unit) returned += transfer.share;
  }
  return returned;
}

double EventReach::CoefficientAt(const SeriesKey& key, Period period) const {
  double coefficient = 0.0;
  if (filter_.Covers(key)) {
    coefficient = ShareAt(key, period).value_or(0.0) * (1.0 - Returned(key.unit));
  }
  for (const UnitTransfer& transfer : unit_transfers_) {
    if (transfer.unit != key.unit) continue;
    const auto gain = transfer.gain.find({key.indicator, key.segment});
    if (gain != transfer.gain.end()) coefficient -= transfer.share * gain->second;
  }
  return coefficient;
}

// Sales of the channel elsewhere, and own sales, per indicator and segment.
void EventReach::MeasureGain(UnitTransfer& transfer) const {
  const Realisations& realisations = input_.revision.realisations;
  const Period as_of = input_.model.as_of;
  std::map<std::pair<int, int>, double> own;
  for (int row = 0; row < realisations.series_count(); ++row) {
    const SeriesKey& key = realisations.key(row);
    const std::pair<int, int> place{key.indicator, key.segment};
    const double sales = YearOfSales(realisations, row, as_of);
    if (key.unit == transfer.unit) own[place] = sales;
    if (key.unit == transfer.unit || !filter_.Covers(key)) continue;
    transfer.gain[place] += ShareAt(key, event_.start).value_or(0.0) * sales;
  }
  for (auto& [place, gain] : transfer.gain) {
    if (!(gain > 0.0)) {
      gain = 0.0;
      continue;
    }
    const auto sales = own.find(place);
    gain = sales != own.end() && sales->second > 0.0 ? gain / sales->second : -1.0;
  }
}

Violations EventReach::CheckShares(const std::string& path, const Window& horizon) const {
  Violations violations;
  std::vector<Period> periods = {event_.start};
  const Period fitted_at = input_.model.as_of;
  if (is_dated_ && ContainedWeight(event_, fitted_at) != 0.0) periods.push_back(fitted_at);
  for (int t = 0; is_dated_ && t < horizon.size(); ++t) {
    const Period period = horizon.first + t;
    if (EventWeight(event_, period, fitted_at) != 0.0) periods.push_back(period);
  }
  for (const SeriesKey& key : input_.revision.realisations.keys()) {
    if (!filter_.Covers(key)) continue;
    const auto without = std::find_if(periods.begin(), periods.end(),
                                      [&](Period period) { return !ShareAt(key, period); });
    if (without == periods.end()) continue;
    violations.Add({.field = path + ".channel",
                    .value = event_.channel,
                    .rule = absl::StrCat("must have a declared share for every series it acts on: ",
                                         SeriesName(input_.revision.network, key), " has none in ",
                                         without->ToString()),
                    .reason = "MISSING_CHANNEL_SHARE"});
  }
  return violations;
}

Violations EventReach::Check(const std::string& path, const Window& horizon) const {
  Violations violations;
  const Network& network = input_.revision.network;
  if (from_table_) violations = CheckShares(path, horizon);
  for (const UnitTransfer& transfer : unit_transfers_) {
    for (const auto& [place, gain] : transfer.gain) {
      if (gain >= 0.0) continue;
      violations.Add(
          {.field = absl::StrCat(path, ".transfers[", transfer.index, "].unit"),
           .value = network.unit(transfer.unit).id,
           .rule = absl::StrCat("must have sold `", network.indicator(place.first).id, "` to `",
                                network.segment(place.second).id, "` in the year up to ",
                                input_.model.as_of.ToString(), ", which is what moves there"),
           .reason = "TRANSFER_TO_NOTHING"});
    }
  }
  return violations;
}

}  // namespace jalon::sim
