// Which declared share counts where: the look-up in a ChannelTable.
#ifndef JALON_SIM_CHANNEL_CHANNEL_SHARES_H_
#define JALON_SIM_CHANNEL_CHANNEL_SHARES_H_

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "sim/base/period.h"
#include "sim/network/channel_table.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

// Shares of a table that fits its network (CheckChannels), by place. Borrows both; thread-safe to
// read.
//
// Of the rows of a channel that hold at a place and in a period, one counts, the most specific:
//   1. of the unit itself, then of the units above it, nearest first; then of its kind; then
//      everywhere;
//   2. within these, of the indicator before any indicator;
//   3. then of the segment, of the segments above it nearest first, of any segment.
class ChannelShares {
 public:
  ChannelShares(const Network& network, const ChannelTable& table);

  // Index of the row of the table that counts; nullopt where none does. Cost: O(depth of the unit +
  // rows of the places found).
  std::optional<int> RowAt(const SeriesKey& place, absl::string_view channel, Period period) const;

  // Whether some row of the channel has dates: its shares may differ between periods.
  bool IsDated(absl::string_view channel) const;
  bool Knows(absl::string_view channel) const;

  const ChannelShareRow& row(int i) const { return table_.shares[static_cast<size_t>(i)]; }

 private:
  // Channel, then `u` and an index of a unit, `k` and a kind, or empty.
  using Place = std::pair<std::string, std::string>;

  std::optional<int> BestOf(const Place& where, const SeriesKey& place, Period period) const;
  // Levels of the tree of segments between the row's segment and `segment`; nullopt when the row is
  // of another one. Rows of any segment come after all.
  std::optional<int> SegmentDistance(const ChannelShareRow& row, int segment) const;

  const Network& network_;
  const ChannelTable& table_;
  std::map<Place, std::vector<int>> rows_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_CHANNEL_CHANNEL_SHARES_H_
