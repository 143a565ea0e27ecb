#include "server/convert/perimeter.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

using Kind = sim::PerimeterChangeKind;

constexpr std::pair<Kind, v1::PerimeterChange::Kind> kKinds[] = {
    {Kind::kOpening, v1::PerimeterChange::KIND_OPENING},
    {Kind::kClosure, v1::PerimeterChange::KIND_CLOSURE},
    {Kind::kMerger, v1::PerimeterChange::KIND_MERGER},
    {Kind::kTransfer, v1::PerimeterChange::KIND_TRANSFER},
    {Kind::kResegmentation, v1::PerimeterChange::KIND_RESEGMENTATION},
    {Kind::kRedefinition, v1::PerimeterChange::KIND_REDEFINITION}};

v1::PerimeterChange::Kind KindToProto(Kind kind) {
  for (const auto& [value, proto] : kKinds) {
    if (value == kind) return proto;
  }
  return v1::PerimeterChange::KIND_UNSPECIFIED;
}

std::optional<Kind> KindFromProto(v1::PerimeterChange::Kind kind) {
  for (const auto& [value, proto] : kKinds) {
    if (proto == kind) return value;
  }
  return std::nullopt;
}

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("stored data cannot be read back: perimeter: ", what));
}

}  // namespace

v1::PerimeterChange ToProto(const sim::PerimeterChange& change) {
  v1::PerimeterChange proto;
  proto.set_kind(KindToProto(change.kind));
  proto.set_date(change.date.ToString());
  proto.set_unit(change.unit);
  proto.set_receiver(change.receiver);
  proto.set_segment(change.segment);
  proto.set_receiver_segment(change.receiver_segment);
  proto.set_share(change.share);
  if (change.unsplit_share) proto.set_unsplit_share(*change.unsplit_share);
  if (change.means_share) proto.set_means_share(*change.means_share);
  proto.set_indicator(change.indicator);
  proto.set_unit_kind(change.unit_kind);
  if (change.bridge) proto.set_bridge(*change.bridge);
  proto.set_is_break(change.is_break);
  proto.set_source(change.source);
  return proto;
}

absl::StatusOr<sim::PerimeterChange> FromProto(const v1::PerimeterChange& proto) {
  const std::optional<Kind> kind = KindFromProto(proto.kind());
  const absl::StatusOr<sim::Period> date = sim::ParsePeriod(proto.date());
  if (!kind || !date.ok()) return Damaged("a change");
  sim::PerimeterChange change{.kind = *kind,
                              .date = *date,
                              .unit = proto.unit(),
                              .receiver = proto.receiver(),
                              .segment = proto.segment(),
                              .receiver_segment = proto.receiver_segment(),
                              .share = proto.share(),
                              .indicator = proto.indicator(),
                              .unit_kind = proto.unit_kind(),
                              .is_break = proto.is_break(),
                              .source = proto.source()};
  if (proto.has_unsplit_share()) change.unsplit_share = proto.unsplit_share();
  if (proto.has_means_share()) change.means_share = proto.means_share();
  if (proto.has_bridge()) change.bridge = proto.bridge();
  return change;
}

store::v1::PerimeterContent ToProto(const sim::Perimeter& perimeter) {
  store::v1::PerimeterContent content;
  for (const sim::PerimeterChange& change : perimeter.changes) {
    *content.add_changes() = ToProto(change);
  }
  if (perimeter.date) content.set_date(perimeter.date->ToString());
  return content;
}

absl::StatusOr<sim::Perimeter> FromProto(const store::v1::PerimeterContent& content) {
  sim::Perimeter perimeter;
  for (const v1::PerimeterChange& proto : content.changes()) {
    JALON_ASSIGN_OR_RETURN(perimeter.changes.emplace_back(), FromProto(proto));
  }
  if (content.date().empty()) return perimeter;
  const absl::StatusOr<sim::Period> date = sim::ParsePeriod(content.date());
  if (!date.ok()) return Damaged("its date");
  perimeter.date = *date;
  return perimeter;
}

v1::PerimeterSummary ToProto(const sim::RestatementSummary& summary) {
  v1::PerimeterSummary proto;
  proto.set_target_date(summary.target_date.ToString());
  proto.set_change_count(summary.change_count);
  proto.set_applied_count(summary.applied_count);
  proto.set_restated_series_count(summary.series_count);
  proto.set_restated_cell_count(summary.cell_count);
  proto.set_largest_total_difference(summary.largest_total_difference);
  return proto;
}

}  // namespace jalon::server
