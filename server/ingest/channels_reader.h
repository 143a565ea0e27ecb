// Collects channels and their declared shares.
#ifndef JALON_SERVER_INGEST_CHANNELS_READER_H_
#define JALON_SERVER_INGEST_CHANNELS_READER_H_

#include <string>
#include <utility>
#include <vector>

#include "server/ingest/declared_row.h"
#include "server/ingest/mapping.h"
#include "server/ingest/table_reader.h"
#include "sim/base/violation.h"
#include "sim/network/channel_table.h"
#include "sim/network/network.h"

namespace jalon::server {

// Thread-compatible.
class ChannelsReader {
 public:
  // `base` is null for a new network; otherwise its table is the start: a channel declared again
  // takes its new labels, a share of the same place, channel and first period its new value.
  ChannelsReader(const Mapping& mapping, sim::Frequency frequency, const sim::ChannelTable* base);

  void ReadChannels(TableReader& reader);
  void ReadShares(TableReader& reader);

  // Checks everything read against the network and returns it in canonical order.
  sim::ChannelTable Finish(const sim::Network& network);
  sim::Violations TakeViolations() { return std::exchange(violations_, sim::Violations()); }

 private:
  void AddChannel(const DeclaredRow& row);
  void AddShare(const DeclaredRow& row);
  // The id that a file's text stands for.
  std::string IdOf(const std::string& text) const;

  const Mapping& mapping_;
  sim::Frequency frequency_;
  sim::ChannelTable table_;
  // Of table_'s lists; line 0 for what comes from the base.
  std::vector<Origin> channel_origins_;
  std::vector<Origin> share_origins_;
  sim::Violations violations_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_CHANNELS_READER_H_
