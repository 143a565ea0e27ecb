#include "sim/channel/channel_rules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/rule_checker.h"
#include "sim/channel/channel_shares.h"

namespace jalon::sim {
namespace {

// Shares written with a few decimals may sum to a little more than 1.
constexpr double kTolerance = 1e-9;

auto PlaceOf(const ChannelShareRow& row) {
  return std::tie(row.unit, row.unit_kind, row.segment, row.indicator, row.channel);
}

// Order of dates: an absent first period comes before all, an absent last one after all.
bool EndsBefore(const std::optional<Period>& last, const std::optional<Period>& first) {
  return last && first && *last < *first;
}

class ChannelChecker : public RuleChecker {
 public:
  ChannelChecker(const Network& network, const ChannelTable& table)
      : network_(network), table_(table) {
    for (const Unit& unit : network.spec().units) kinds_.insert(unit.kind);
    for (size_t i = 0; i < table.channels.size(); ++i) CheckChannel(table.channels[i], i);
    for (size_t i = 0; i < table.shares.size(); ++i) CheckShare(table.shares[i], i);
    CheckOverlaps();
    if (violations().empty()) CheckSums();
  }

 private:
  void CheckChannel(const Channel& channel, size_t i) {
    const std::string path = Element("channels", i);
    RequireId(channel.id, path + ".id");
    RequireLabel(channel.label_fr, path + ".label_fr");
    RequireLabel(channel.label_en, path + ".label_en");
    if (const auto earlier = ids_.Earlier(channel.id, i)) {
      Require(false, path + ".id", channel.id,
              {absl::StrCat("must differ from channels[", *earlier, "].id"), "DUPLICATE_ID"});
    }
    known_.insert(channel.id);
  }

  void CheckShare(const ChannelShareRow& row, size_t i) {
    const std::string path = Element("shares", i);
    Require(known_.count(row.channel) > 0, path + ".channel", row.channel,
            {"must be a declared channel", "UNKNOWN_CHANNEL"});
    Require(row.unit.empty() || network_.FindUnit(row.unit), path + ".unit", row.unit,
            {"must be the id of a unit, or empty", "UNKNOWN_UNIT"});
    Require(row.unit_kind.empty() || kinds_.count(row.unit_kind) > 0, path + ".unit_kind",
            row.unit_kind, {"must be the kind of some unit, or empty", "UNKNOWN_UNIT_KIND"});
    Require(row.unit.empty() || row.unit_kind.empty(), path + ".unit_kind", row.unit_kind,
            {"must be empty when a unit is named", "UNIT_AND_KIND"});
    Require(row.segment.empty() || network_.FindSegment(row.segment), path + ".segment",
            row.segment, {"must be the id of a segment, or empty", "UNKNOWN_SEGMENT"});
    Require(row.indicator.empty() || network_.FindIndicator(row.indicator), path + ".indicator",
            row.indicator, {"must be the id of an indicator, or empty", "UNKNOWN_INDICATOR"});
    const std::optional<int> k = network_.FindIndicator(row.indicator);
    Require(!k || network_.indicator(*k).adds_over_channels, path + ".indicator", row.indicator,
            {"must add over channels: a share is a part of their total", "NOT_ADDITIVE"});
    Require(0.0 <= row.share && row.share <= 1.0, path + ".share", absl::StrCat(row.share),
            {"must be a share from 0 to 1", "OUT_OF_RANGE"});
    RequireLabel(row.source, path + ".source");
    CheckDates(row, path);
  }

  void CheckDates(const ChannelShareRow& row, const std::string& path) {
    if (row.from) RequireFrequency(*row.from, network_.frequency(), path + ".from");
    if (row.to) RequireFrequency(*row.to, network_.frequency(), path + ".to");
    if (!row.from || !row.to || row.from->frequency != row.to->frequency) return;
    Require(
        *row.from <= *row.to, path + ".to", row.to->ToString(),
        {absl::StrCat("must not be before `from`, ", row.from->ToString()), "END_BEFORE_START"});
  }

  // Rows of one place and channel, in the order of their dates, must end before the next begins.
  void CheckOverlaps() {
    std::vector<size_t> order(table_.shares.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto& shares = table_.shares;
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      if (PlaceOf(shares[a]) != PlaceOf(shares[b])) return PlaceOf(shares[a]) < PlaceOf(shares[b]);
      if (shares[a].from != shares[b].from) return shares[a].from < shares[b].from;
      return a < b;
    });
    for (size_t j = 1; j < order.size(); ++j) {
      const ChannelShareRow& before = shares[order[j - 1]];
      const ChannelShareRow& row = shares[order[j]];
      if (PlaceOf(before) != PlaceOf(row) || EndsBefore(before.to, row.from)) continue;
      Require(false, Element("shares", order[j]) + ".from",
              row.from ? row.from->ToString() : "the beginning",
              {absl::StrCat("must be after the end of shares[", order[j - 1],
                            "], which is of the same place and channel"),
               "OVERLAPPING_DATES"});
    }
  }

  // The first periods in which another set of rows may hold.
  std::vector<Period> Breaks() const {
    std::set<Period> breaks = {Period{network_.frequency(), 0}};
    for (const ChannelShareRow& row : table_.shares) {
      if (row.from) breaks.insert(*row.from);
      if (row.to) breaks.insert(*row.to + 1);
    }
    return {breaks.begin(), breaks.end()};
  }

  // Indices of what rows name, and one that none names when there is one: it stands for the rest.
  template <typename Find>
  static std::vector<int> Named(const std::set<std::string>& ids, int count, const Find& find) {
    std::set<int> named;
    for (const std::string& id : ids) named.insert(*find(id));
    for (int i = 0; i < count; ++i) {
      if (named.insert(i).second) break;
    }
    return {named.begin(), named.end()};
  }

  void CheckSums() {
    std::set<std::string> segments;
    std::set<std::string> indicators;
    for (const ChannelShareRow& row : table_.shares) {
      if (!row.segment.empty()) segments.insert(row.segment);
      if (!row.indicator.empty()) indicators.insert(row.indicator);
    }
    // A segment below a named one is served by it: named ones and one other say all.
    const std::vector<int> s =
        Named(segments, network_.segment_count(),
              [&](const std::string& id) { return network_.FindSegment(id); });
    const std::vector<int> k =
        Named(indicators, network_.indicator_count(),
              [&](const std::string& id) { return network_.FindIndicator(id); });
    const ChannelShares shares(network_, table_);
    const std::vector<Period> breaks = Breaks();
    for (int unit = 0; unit < network_.unit_count(); ++unit) {
      if (!network_.is_leaf(unit)) continue;
      for (const int segment : s) {
        for (const int indicator : k) {
          const SeriesKey place{indicator, unit, segment};
          for (const Period& period : breaks) CheckSum(shares, place, period);
        }
      }
    }
  }

  void CheckSum(const ChannelShares& shares, const SeriesKey& place, Period period) {
    double sum = 0.0;
    std::optional<int> first;
    for (const Channel& channel : table_.channels) {
      const std::optional<int> row = shares.RowAt(place, channel.id, period);
      if (!row) continue;
      sum += shares.row(*row).share;
      if (!first) first = row;
    }
    if (!(sum > 1.0 + kTolerance) || !reported_.insert(*first).second) return;
    Require(false, Element("shares", *first) + ".share", absl::StrCat(sum),
            {absl::StrCat("must not sum to more than 1 over the channels of ",
                          SeriesName(network_, place)),
             "SHARES_OVER_ONE"});
  }

  const Network& network_;
  const ChannelTable& table_;
  std::set<std::string> kinds_;
  std::set<std::string> known_;
  DuplicateFinder ids_;
  // Rows already reported: one default stands for many branches.
  std::set<int> reported_;
};

}  // namespace

Violations CheckChannels(const Network& network, const ChannelTable& table) {
  return ChannelChecker(network, table).violations();
}

ChannelTable Sorted(ChannelTable table) {
  std::sort(table.channels.begin(), table.channels.end(),
            [](const Channel& a, const Channel& b) { return a.id < b.id; });
  std::sort(table.shares.begin(), table.shares.end(),
            [](const ChannelShareRow& a, const ChannelShareRow& b) {
              return PlaceOf(a) != PlaceOf(b) ? PlaceOf(a) < PlaceOf(b) : a.from < b.from;
            });
  return table;
}

}  // namespace jalon::sim
