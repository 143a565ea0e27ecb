#include "server/convert/tables.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/convert/network.h"
#include "sim/base/missing.h"
#include "sim/base/status_macros.h"
#include "sim/channel/channel_rules.h"
#include "sim/credit/credit_rules.h"
#include "sim/network/means_rules.h"

namespace jalon::server {
namespace {

std::string Text(const std::optional<sim::Period>& period) {
  return period ? period->ToString() : "";
}

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("stored data cannot be read back: ", what));
}

// Stored tables have passed their rules: a broken one is damage.
absl::Status Sound(const sim::Violations& violations) {
  return violations.empty() ? absl::OkStatus() : Damaged(violations.ToStatus().message());
}

absl::StatusOr<sim::Period> StoredPeriod(const std::string& text) {
  absl::StatusOr<sim::Period> period = sim::ParsePeriod(text);
  if (!period.ok()) return Damaged(period.status().message());
  return period;
}

absl::StatusOr<std::optional<sim::Period>> OptionalPeriod(const std::string& text) {
  if (text.empty()) return std::optional<sim::Period>();
  JALON_ASSIGN_OR_RETURN(const sim::Period period, StoredPeriod(text));
  return std::optional<sim::Period>(period);
}

absl::StatusOr<sim::ChannelShareRow> ShareFromProto(const v1::ChannelShare& proto) {
  sim::ChannelShareRow row{.unit = proto.unit(),
                           .unit_kind = proto.unit_kind(),
                           .segment = proto.segment(),
                           .indicator = proto.indicator(),
                           .channel = proto.channel(),
                           .share = proto.share(),
                           .assumption = proto.is_assumption(),
                           .source = proto.source()};
  JALON_ASSIGN_OR_RETURN(row.from, OptionalPeriod(proto.from()));
  JALON_ASSIGN_OR_RETURN(row.to, OptionalPeriod(proto.to()));
  return row;
}

template <typename Repeated>
absl::StatusOr<std::vector<sim::CreditCell>> CellsFromProto(const Repeated& protos) {
  std::vector<sim::CreditCell> cells;
  for (const v1::CreditCell& proto : protos) {
    JALON_ASSIGN_OR_RETURN(const sim::Period period, StoredPeriod(proto.period()));
    cells.push_back({proto.unit(), proto.segment(), proto.indicator(), period, proto.value()});
  }
  return cells;
}

absl::StatusOr<sim::MeanSeries> SeriesFromProto(const v1::MeanSeries& proto) {
  sim::MeanSeries series{.mean = proto.mean(), .unit = proto.unit()};
  JALON_ASSIGN_OR_RETURN(series.first, StoredPeriod(proto.first_period()));
  for (int i = 0; i < proto.values_size(); ++i) {
    series.values.push_back(BitAt(proto.missing_bitmap(), i) ? sim::kMissing : proto.values(i));
    series.planned.push_back(BitAt(proto.planned_bitmap(), i));
  }
  return series;
}

v1::Reconciliation::Verdict ToProto(sim::Reconciliation::Verdict verdict) {
  using Verdict = sim::Reconciliation::Verdict;
  switch (verdict) {
    case Verdict::kAgrees:
      return v1::Reconciliation::VERDICT_AGREES;
    case Verdict::kDiffers:
      return v1::Reconciliation::VERDICT_DIFFERS;
    case Verdict::kNotAdditive:
      return v1::Reconciliation::VERDICT_NOT_ADDITIVE;
    case Verdict::kNoChildren:
      return v1::Reconciliation::VERDICT_NO_CHILDREN;
  }
  return v1::Reconciliation::VERDICT_UNSPECIFIED;
}

}  // namespace

v1::Channel ToProto(const sim::Channel& channel) {
  v1::Channel proto;
  proto.set_id(channel.id);
  proto.set_label_en(channel.label_en);
  proto.set_label_fr(channel.label_fr);
  return proto;
}

v1::ChannelShare ToProto(const sim::ChannelShareRow& share) {
  v1::ChannelShare proto;
  proto.set_unit(share.unit);
  proto.set_unit_kind(share.unit_kind);
  proto.set_segment(share.segment);
  proto.set_indicator(share.indicator);
  proto.set_channel(share.channel);
  proto.set_share(share.share);
  proto.set_from(Text(share.from));
  proto.set_to(Text(share.to));
  proto.set_is_assumption(share.assumption);
  proto.set_source(share.source);
  return proto;
}

v1::CreditCell ToProto(const sim::CreditCell& cell) {
  v1::CreditCell proto;
  proto.set_unit(cell.unit);
  proto.set_segment(cell.segment);
  proto.set_indicator(cell.indicator);
  proto.set_period(cell.period.ToString());
  proto.set_value(cell.value);
  return proto;
}

v1::MeanSeries ToProto(const sim::MeanSeries& series) {
  v1::MeanSeries proto;
  proto.set_mean(series.mean);
  proto.set_unit(series.unit);
  proto.set_first_period(series.first.ToString());
  // The same form as for missing values: NaN marks a set bit.
  std::vector<double> planned;
  for (size_t t = 0; t < series.values.size(); ++t) {
    proto.add_values(std::isnan(series.values[t]) ? 0.0 : series.values[t]);
    planned.push_back(series.planned[t] ? sim::kMissing : 0.0);
  }
  proto.set_missing_bitmap(MissingBitmap(series.values));
  proto.set_planned_bitmap(MissingBitmap(planned));
  return proto;
}

v1::Reconciliation ToProto(const sim::Network& network, const sim::Reconciliation& row) {
  v1::Reconciliation proto;
  proto.set_unit(network.unit(row.node.unit).id);
  proto.set_segment(network.segment(row.node.segment).id);
  proto.set_indicator(network.indicator(row.node.indicator).id);
  proto.set_period(row.period.ToString());
  proto.set_children(row.children);
  proto.set_eliminations(row.eliminations);
  proto.set_declared(row.declared);
  proto.set_difference(row.difference);
  proto.set_verdict(ToProto(row.verdict));
  return proto;
}

v1::EventLosses ToProto(const sim::Network& network, const sim::Event& event,
                        const sim::EventLosses& losses) {
  v1::EventLosses proto;
  proto.set_event(losses.event);
  proto.set_indicator(network.indicator(losses.indicator).id);
  proto.set_unit(network.unit(losses.unit).id);
  proto.set_channel(event.channel);
  proto.set_without(losses.without);
  proto.set_taken(losses.taken);
  proto.set_lost(losses.lost);
  for (size_t j = 0; j < losses.transferred.size(); ++j) {
    const sim::LostSalesTransfer& transfer = event.transfers[j];
    if (transfer.unit.empty()) {
      v1::EventLosses::Returned& returned = *proto.add_returned();
      returned.set_channel(transfer.channel);
      returned.set_value(losses.transferred[j]);
    } else {
      v1::EventLosses::Moved& moved = *proto.add_moved();
      moved.set_unit(transfer.unit);
      moved.set_value(losses.transferred[j]);
    }
  }
  proto.set_channel_share(losses.channel_share);
  proto.set_assumed_share(losses.assumed_share);
  proto.set_received(losses.received);
  return proto;
}

store::v1::ChannelContent ToProto(const sim::ChannelTable& table) {
  store::v1::ChannelContent content;
  for (const sim::Channel& channel : table.channels) *content.add_channels() = ToProto(channel);
  for (const sim::ChannelShareRow& share : table.shares) *content.add_shares() = ToProto(share);
  return content;
}

absl::StatusOr<sim::ChannelTable> FromProto(const sim::Network& network,
                                            const store::v1::ChannelContent& content) {
  sim::ChannelTable table;
  for (const v1::Channel& proto : content.channels()) {
    table.channels.push_back({proto.id(), proto.label_fr(), proto.label_en()});
  }
  for (const v1::ChannelShare& proto : content.shares()) {
    JALON_ASSIGN_OR_RETURN(table.shares.emplace_back(), ShareFromProto(proto));
  }
  JALON_RETURN_IF_ERROR(Sound(sim::CheckChannels(network, table)));
  return table;
}

store::v1::CreditContent ToProto(const sim::CreditTable& table) {
  store::v1::CreditContent content;
  for (const sim::CreditCell& cell : table.eliminations) {
    *content.add_eliminations() = ToProto(cell);
  }
  for (const sim::CreditCell& cell : table.parent_totals) {
    *content.add_parent_totals() = ToProto(cell);
  }
  return content;
}

absl::StatusOr<sim::CreditTable> FromProto(const sim::Network& network,
                                           const store::v1::CreditContent& content) {
  sim::CreditTable table;
  JALON_ASSIGN_OR_RETURN(table.eliminations, CellsFromProto(content.eliminations()));
  JALON_ASSIGN_OR_RETURN(table.parent_totals, CellsFromProto(content.parent_totals()));
  JALON_RETURN_IF_ERROR(Sound(sim::CheckCredit(network, table)));
  return table;
}

store::v1::MeansContent ToProto(const sim::MeansTable& table) {
  store::v1::MeansContent content;
  for (const sim::MeanSeries& series : table.series) *content.add_means() = ToProto(series);
  for (const sim::MeanEffectPrior& effect : table.effects) {
    store::v1::MeansContent::Effect* added = content.add_effects();
    added->set_mean(effect.mean);
    added->set_indicator(effect.indicator);
    added->set_prior_mean(effect.prior_mean);
    added->set_prior_sd(effect.prior_sd);
    added->set_source(effect.source);
  }
  for (const std::string& mean : table.unmoved) content.add_unmoved(mean);
  return content;
}

absl::StatusOr<sim::MeansTable> FromProto(const sim::Network& network,
                                          const store::v1::MeansContent& content) {
  sim::MeansTable table;
  for (const v1::MeanSeries& proto : content.means()) {
    JALON_ASSIGN_OR_RETURN(table.series.emplace_back(), SeriesFromProto(proto));
  }
  for (const store::v1::MeansContent::Effect& proto : content.effects()) {
    table.effects.push_back(
        {proto.mean(), proto.indicator(), proto.prior_mean(), proto.prior_sd(), proto.source()});
  }
  table.unmoved = {content.unmoved().begin(), content.unmoved().end()};
  JALON_RETURN_IF_ERROR(Sound(sim::CheckMeans(network, table)));
  return table;
}

}  // namespace jalon::server
