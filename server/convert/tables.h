// Channels, credit and means: values of sim/ and their messages, on the wire and on disk.
#ifndef JALON_SERVER_CONVERT_TABLES_H_
#define JALON_SERVER_CONVERT_TABLES_H_

#include "absl/status/statusor.h"
#include "jalon/store/v1/content.pb.h"
#include "jalon/v1/channel.pb.h"
#include "sim/credit/credited_sum.h"
#include "sim/credit/reconcile.h"
#include "sim/engine/event_losses.h"
#include "sim/network/channel_table.h"
#include "sim/network/credit_table.h"
#include "sim/network/means_table.h"
#include "sim/network/network.h"
#include "sim/scenario/scenario.h"

namespace jalon::server {

v1::Channel ToProto(const sim::Channel& channel);
v1::ChannelShare ToProto(const sim::ChannelShareRow& share);
v1::CreditCell ToProto(const sim::CreditCell& cell);
v1::MeanSeries ToProto(const sim::MeanSeries& series);
v1::Reconciliation ToProto(const sim::Network& network, const sim::Reconciliation& row);
// `event` is the one the losses are of.
v1::EventLosses ToProto(const sim::Network& network, const sim::Event& event,
                        const sim::EventLosses& losses);

// Whole tables on disk, and back. Errors of FromProto: kDataLoss when the content is not one this
// program would have written for this network.
store::v1::ChannelContent ToProto(const sim::ChannelTable& table);
absl::StatusOr<sim::ChannelTable> FromProto(const sim::Network& network,
                                            const store::v1::ChannelContent& content);
store::v1::CreditContent ToProto(const sim::CreditTable& table);
absl::StatusOr<sim::CreditTable> FromProto(const sim::Network& network,
                                           const store::v1::CreditContent& content);
store::v1::MeansContent ToProto(const sim::MeansTable& table);
absl::StatusOr<sim::MeansTable> FromProto(const sim::Network& network,
                                          const store::v1::MeansContent& content);

}  // namespace jalon::server

#endif  // JALON_SERVER_CONVERT_TABLES_H_
