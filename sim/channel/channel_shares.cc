#include "sim/channel/channel_shares.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"

namespace jalon::sim {
namespace {

// A row of any segment is less specific than one of any named segment.
constexpr int kAnySegment = std::numeric_limits<int>::max();

std::string UnitPlace(int unit) { return absl::StrCat("u", unit); }
std::string KindPlace(absl::string_view kind) { return absl::StrCat("k", kind); }

// Where a row stands; empty stands for everywhere. Unknown units have a place nobody asks for.
std::string PlaceOf(const Network& network, const ChannelShareRow& row) {
  if (!row.unit.empty()) return UnitPlace(network.FindUnit(row.unit).value_or(-1));
  return row.unit_kind.empty() ? "" : KindPlace(row.unit_kind);
}

bool Holds(const ChannelShareRow& row, Period period) {
  return (!row.from || *row.from <= period) && (!row.to || period <= *row.to);
}

}  // namespace

ChannelShares::ChannelShares(const Network& network, const ChannelTable& table)
    : network_(network), table_(table) {
  for (size_t i = 0; i < table.shares.size(); ++i) {
    const ChannelShareRow& row = table.shares[i];
    rows_[{row.channel, PlaceOf(network, row)}].push_back(static_cast<int>(i));
  }
}

std::optional<int> ChannelShares::SegmentDistance(const ChannelShareRow& row, int segment) const {
  if (row.segment.empty()) return kAnySegment;
  const std::optional<int> wanted = network_.FindSegment(row.segment);
  int distance = 0;
  for (int s = segment; s >= 0; s = network_.segment_parent(s), ++distance) {
    if (s == wanted) return distance;
  }
  return std::nullopt;
}

std::optional<int> ChannelShares::BestOf(const Place& where, const SeriesKey& place,
                                         Period period) const {
  const auto rows = rows_.find(where);
  if (rows == rows_.end()) return std::nullopt;
  const std::string& indicator = network_.indicator(place.indicator).id;
  std::optional<int> best;
  std::pair<bool, int> best_rank;
  for (const int i : rows->second) {
    const ChannelShareRow& candidate = row(i);
    if (!Holds(candidate, period)) continue;
    if (!candidate.indicator.empty() && candidate.indicator != indicator) continue;
    const std::optional<int> distance = SegmentDistance(candidate, place.segment);
    if (!distance) continue;
    const std::pair<bool, int> rank{candidate.indicator.empty(), *distance};
    if (best && best_rank <= rank) continue;
    best = i;
    best_rank = rank;
  }
  return best;
}

std::optional<int> ChannelShares::RowAt(const SeriesKey& place, absl::string_view channel,
                                        Period period) const {
  const std::string id(channel);
  for (int u = place.unit; u >= 0; u = network_.unit_parent(u)) {
    if (const auto found = BestOf({id, UnitPlace(u)}, place, period)) return found;
  }
  const std::string& kind = network_.unit(place.unit).kind;
  if (!kind.empty()) {
    if (const auto found = BestOf({id, KindPlace(kind)}, place, period)) return found;
  }
  return BestOf({id, ""}, place, period);
}

bool ChannelShares::IsDated(absl::string_view channel) const {
  return std::any_of(table_.shares.begin(), table_.shares.end(), [&](const ChannelShareRow& row) {
    return row.channel == channel && (row.from || row.to);
  });
}

bool ChannelShares::Knows(absl::string_view channel) const {
  return std::any_of(table_.channels.begin(), table_.channels.end(),
                     [&](const Channel& known) { return known.id == channel; });
}

}  // namespace jalon::sim
