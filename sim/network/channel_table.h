// Channels: through which part of its sales each branch sells, as the bank declares it.
//
// A share says "of what this unit sells of this indicator to this segment, so much goes through
// this channel". Shares are declared at any grain and looked up most specific first; those that
// stand for many branches at once (a default by kind of branch) are usually nobody's measurement
// and carry a flag that answers repeat. docs/channels.md.
#ifndef JALON_SIM_NETWORK_CHANNEL_TABLE_H_
#define JALON_SIM_NETWORK_CHANNEL_TABLE_H_

#include <optional>
#include <string>
#include <vector>

#include "sim/base/period.h"

namespace jalon::sim {

// A way to sell: branch, phone, online, partner...
struct Channel {
  // At most 64 bytes of [A-Za-z0-9._-].
  std::string id;
  std::string label_fr;
  std::string label_en;

  friend bool operator==(const Channel&, const Channel&) = default;
};

// One declared share.
struct ChannelShareRow {
  // Where it holds. A unit stands for everything below it, a unit kind for every branch of that
  // kind; at most one of the two. Both empty: everywhere.
  std::string unit;
  std::string unit_kind;
  // A segment stands for everything below it. Empty: any.
  std::string segment;
  // Empty: any.
  std::string indicator;
  std::string channel;
  // Of the sales of its place, in [0, 1].
  double share = 0.0;
  // First and last period it holds in, inclusive. Absent: from the beginning, for good.
  std::optional<Period> from;
  std::optional<Period> to;
  // Nobody measured it; answers that use it say so. Defaults by kind are unless declared otherwise.
  bool assumption = false;
  // Where it comes from; may be empty.
  std::string source;

  friend bool operator==(const ChannelShareRow&, const ChannelShareRow&) = default;
};

// Canonical order: channels by id; shares by (unit, unit_kind, segment, indicator, channel, from).
struct ChannelTable {
  std::vector<Channel> channels;
  std::vector<ChannelShareRow> shares;

  bool empty() const { return channels.empty(); }
  friend bool operator==(const ChannelTable&, const ChannelTable&) = default;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_CHANNEL_TABLE_H_
