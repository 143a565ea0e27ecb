#include "server/ingest/channels_reader.h"

#include <tuple>

#include "absl/strings/match.h"
#include "server/ingest/text_rules.h"
#include "sim/channel/channel_rules.h"

namespace jalon::server {
namespace {

auto KeyOf(const sim::ChannelShareRow& row) {
  return std::tie(row.unit, row.unit_kind, row.segment, row.indicator, row.channel, row.from);
}

}  // namespace

ChannelsReader::ChannelsReader(const Mapping& mapping, sim::Frequency frequency,
                               const sim::ChannelTable* base)
    : mapping_(mapping), frequency_(frequency) {
  if (base != nullptr) table_ = *base;
  channel_origins_.resize(table_.channels.size());
  share_origins_.resize(table_.shares.size());
}

std::string ChannelsReader::IdOf(const std::string& text) const {
  return mapping_.make_ids ? MakeId(text) : text;
}

void ChannelsReader::ReadChannels(TableReader& reader) {
  while (reader.NextRow()) AddChannel(RowOf(reader, TableKind::kChannels));
}

void ChannelsReader::ReadShares(TableReader& reader) {
  while (reader.NextRow()) AddShare(RowOf(reader, TableKind::kChannelShares));
}

void ChannelsReader::AddChannel(const DeclaredRow& row) {
  FieldReader fields(row, violations_);
  sim::Channel channel{.id = fields.Text("id"),
                       .label_fr = fields.Label("label_fr"),
                       .label_en = fields.Label("label_en")};
  for (size_t i = 0; i < table_.channels.size(); ++i) {
    if (channel_origins_[i].line != 0 || table_.channels[i].id != channel.id) continue;
    table_.channels[i] = std::move(channel);
    channel_origins_[i] = OriginOf(row);
    return;
  }
  table_.channels.push_back(std::move(channel));
  channel_origins_.push_back(OriginOf(row));
}

void ChannelsReader::AddShare(const DeclaredRow& row) {
  FieldReader fields(row, violations_);
  sim::ChannelShareRow share{.unit = IdOf(fields.Text("unit")),
                             .unit_kind = fields.Text("unit_kind"),
                             .segment = IdOf(fields.Text("segment")),
                             .indicator = fields.Text("indicator"),
                             .channel = fields.Text("channel"),
                             .from = fields.Period("from", frequency_),
                             .to = fields.Period("to", frequency_),
                             .source = fields.Label("source")};
  // A share that stands for many branches at once is nobody's measurement unless said otherwise.
  share.assumption = fields.YesNo("assumption", share.unit.empty());
  if (!fields.Require("share")) return;
  const std::optional<double> value = fields.Number("share");
  if (!value) return;
  share.share = *value;
  for (size_t i = 0; i < table_.shares.size(); ++i) {
    if (share_origins_[i].line != 0 || KeyOf(table_.shares[i]) != KeyOf(share)) continue;
    table_.shares[i] = std::move(share);
    share_origins_[i] = OriginOf(row);
    return;
  }
  table_.shares.push_back(std::move(share));
  share_origins_.push_back(OriginOf(row));
}

sim::ChannelTable ChannelsReader::Finish(const sim::Network& network) {
  const sim::Violations found = sim::CheckChannels(network, table_);
  for (sim::Violation violation : found.kept()) {
    const std::vector<Origin>& origins =
        absl::StartsWith(violation.field, "shares[") ? share_origins_ : channel_origins_;
    const std::optional<size_t> index = ListIndex(violation.field);
    if (index && *index < origins.size() && origins[*index].line != 0) {
      violation = WithOrigin(std::move(violation), origins[*index]);
    }
    violations_.Add(std::move(violation));
  }
  return sim::Sorted(table_);
}

}  // namespace jalon::server
