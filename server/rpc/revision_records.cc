#include "server/rpc/revision_records.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/convert/enums.h"
#include "server/convert/time.h"
#include "server/rpc/request_checks.h"

namespace jalon::server {
namespace {

constexpr size_t kIdDigits = 12;
constexpr int64_t kMaxTransactionBytes = int64_t{8} << 20;

int64_t LeafCount(const sim::Network& network) {
  int64_t leaves = 0;
  for (int u = 0; u < network.unit_count(); ++u) leaves += network.is_leaf(u);
  return leaves;
}

void CountSeries(const sim::Realisations& realisations, v1::Revision* info) {
  int64_t series = 0, values = 0;
  for (int i = 0; i < realisations.series_count(); ++i) {
    int64_t known = 0;
    for (const double value : realisations.row(i)) known += !std::isnan(value);
    series += known > 0;
    values += known;
  }
  info->set_series_count(series);
  info->set_realisation_count(values);
}

// What the API shows of a revision's content.
v1::Revision Describe(const sim::Revision& value) {
  v1::Revision info;
  const sim::Network& network = value.network;
  for (int depth = 0; depth < network.depth_count(); ++depth) {
    info.add_level_names(network.level_name(depth));
  }
  info.set_unit_count(network.unit_count());
  info.set_leaf_count(LeafCount(network));
  info.set_segment_count(network.segment_count());
  info.set_indicator_count(network.indicator_count());
  info.set_driver_count(static_cast<int64_t>(value.drivers.drivers.size()));
  CountSeries(value.realisations, &info);
  if (value.realisations.period_count() > 0) {
    info.set_first_period(value.realisations.first().ToString());
    info.set_last_period(value.realisations.last().ToString());
  }
  return info;
}

v1::Network NetworkMessageOf(const NewRevision& wanted, const sim::Network& network,
                             const v1::Revision& revision) {
  v1::Network proto;
  if (wanted.present.has_value()) proto = wanted.present->record.network();
  proto.set_name(wanted.network);
  if (!wanted.display_name.empty()) {
    proto.set_display_name(wanted.display_name);
  } else if (!wanted.present.has_value()) {
    const std::string& label = network.spec().label;
    proto.set_display_name(label.empty() ? std::string(IdOf(wanted.network)) : label);
  }
  proto.set_currency(network.spec().currency);
  proto.set_frequency(ToProto(network.frequency()));
  proto.set_latest_revision(revision.name());
  proto.set_unit_count(revision.unit_count());
  proto.set_segment_count(revision.segment_count());
  proto.set_indicator_count(revision.indicator_count());
  proto.set_series_count(revision.series_count());
  proto.set_first_period(revision.first_period());
  proto.set_last_period(revision.last_period());
  if (!proto.has_create_time()) *proto.mutable_create_time() = ToProto(wanted.now);
  *proto.mutable_update_time() = ToProto(wanted.now);
  return proto;
}

// The name of a revision of this content that is not taken; the newest one's when it is the same.
absl::StatusOr<std::string> NameOf(Archive& archive, const NewRevision& wanted,
                                   const std::string& content_hash, int64_t sequence) {
  const std::string name =
      absl::StrCat(wanted.network, "/revisions/", content_hash.substr(0, kIdDigits));
  const auto there = archive.Get<store::v1::RevisionRecord>(name);
  if (absl::IsNotFound(there.status())) return name;
  if (!there.ok()) return there.status();
  const bool newest =
      wanted.present.has_value() && wanted.present->record.network().latest_revision() == name;
  if (newest && there->record.revision().content_hash() == content_hash) return name;
  return absl::StrCat(name, "-", sequence);
}

PutResource RecordOfNetwork(const NewRevision& wanted, v1::Network network, int64_t sequence) {
  store::v1::NetworkRecord record;
  *record.mutable_network() = std::move(network);
  record.set_revision_sequence(sequence);
  return {.name = wanted.network,
          .payload = record.SerializeAsString(),
          .expect = wanted.present.has_value() ? Expect::Generation(wanted.present->generation)
                                               : Expect::Absent()};
}

}  // namespace

absl::StatusOr<StagedRevision> StageRevision(Archive& archive, const NewRevision& wanted,
                                             const sim::Revision& value) {
  const int64_t before =
      wanted.present.has_value() ? wanted.present->record.revision_sequence() : 0;
  StagedRevision staged;
  Transaction content;
  BlobWriter blobs(&content);
  const std::string manifest = AddRevision(value, blobs);
  staged.revision = Describe(value);
  v1::Revision& info = staged.revision;
  info.set_content_hash(ToHex(*DigestFromBytes(manifest)));
  JALON_ASSIGN_OR_RETURN(const std::string name,
                         NameOf(archive, wanted, info.content_hash(), before + 1));
  staged.is_new =
      !wanted.present.has_value() || wanted.present->record.network().latest_revision() != name;
  if (!staged.is_new) {
    JALON_ASSIGN_OR_RETURN(const auto newest, archive.Get<store::v1::RevisionRecord>(name));
    info = newest.record.revision();
    staged.records.push_back(
        RecordOfNetwork(wanted, NetworkMessageOf(wanted, value.network, info), before));
    return staged;
  }
  info.set_name(name);
  info.set_sequence(before + 1);
  info.set_base_revision(wanted.base_revision);
  info.set_source_import(wanted.source_import);
  *info.mutable_create_time() = ToProto(wanted.now);
  store::v1::RevisionRecord record;
  *record.mutable_revision() = info;
  record.set_manifest(manifest);
  staged.blobs = std::move(content.mutations);
  staged.records.push_back(
      RecordOfNetwork(wanted, NetworkMessageOf(wanted, value.network, info), before + 1));
  staged.records.push_back(PutResource{.name = name,
                                       .payload = record.SerializeAsString(),
                                       .expect = Expect::Absent(),
                                       .blobs = blobs.digests()});
  return staged;
}

absl::Status PutBlobs(StoreThread& store, std::vector<Mutation> blobs) {
  Transaction transaction;
  int64_t bytes = 0;
  for (Mutation& blob : blobs) {
    bytes += static_cast<int64_t>(std::get<PutBlob>(blob).bytes.size());
    transaction.mutations.push_back(std::move(blob));
    if (bytes < kMaxTransactionBytes) continue;
    JALON_RETURN_IF_ERROR(store.BlockingApply(std::exchange(transaction, {})).status());
    bytes = 0;
  }
  if (transaction.mutations.empty()) return absl::OkStatus();
  return store.BlockingApply(std::move(transaction)).status();
}

}  // namespace jalon::server
