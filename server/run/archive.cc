#include "server/run/archive.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "server/base/ids.h"
#include "server/convert/calendar.h"
#include "server/convert/model.h"
#include "server/convert/network.h"
#include "server/convert/objective.h"
#include "server/convert/perimeter.h"
#include "server/convert/score.h"
#include "server/convert/serialize.h"
#include "server/convert/tables.h"
#include "server/run/score_rows.h"

namespace jalon::server {
namespace {

// Well below the store's limit on a blob.
constexpr size_t kModelPieceBytes = 16 << 20;

int64_t BytesOf(const sim::Revision& revision) {
  const sim::Realisations& realisations = revision.realisations;
  const int64_t series = realisations.series_count();
  return series * (realisations.period_count() * int64_t{8} + 32) +
         (revision.original ? int64_t{revision.original->series_count()} *
                                  (revision.original->period_count() * int64_t{8} + 32)
                            : 0) +
         static_cast<int64_t>(revision.perimeter.changes.size()) * int64_t{512} +
         revision.network.unit_count() * int64_t{512} + 65'536;
}

int64_t BytesOf(const sim::Model& model) {
  const auto block = [](const sim::ParameterBlock& b) {
    return static_cast<int64_t>(b.mean.size() + b.shared_factor.size() + b.own_variance.size()) * 8;
  };
  return block(model.level) + block(model.trend) + block(model.season) + block(model.elasticity) +
         static_cast<int64_t>(model.series.size() * sizeof(sim::ModelSeries)) + 65'536;
}

int64_t BytesOf(const RowAxis& axis) { return axis.row_count() * 16 + 65'536; }

int64_t BytesOf(const ScoreTables& scores) {
  int64_t bytes = BytesOf(*scores.axis) + BytesOf(*scores.weight_axis);
  for (const std::vector<double>& column : scores.scores.columns) bytes += column.size() * 8;
  for (const std::vector<double>& column : scores.weights.columns) bytes += column.size() * 8;
  return bytes;
}

int64_t BytesOf(const LoadedResult& result) {
  int64_t bytes = BytesOf(result.axis);
  for (const std::vector<double>& column : result.table.columns) bytes += column.size() * 8;
  if (result.table.scores != nullptr) bytes += BytesOf(*result.table.scores);
  return bytes;
}

// Adds a part of a revision that says something.
template <typename Content>
void AddPart(const std::string& name, const Content& content, BlobWriter& blobs,
             store::v1::RevisionManifest& manifest) {
  std::string bytes = DeterministicBytes(content);
  if (!bytes.empty()) (*manifest.mutable_parts())[name] = blobs.Add(std::move(bytes));
}

}  // namespace

std::string StoredState(absl::string_view state_name) {
  return std::string(absl::StripPrefix(state_name, "STATE_"));
}

std::string BlobWriter::Add(std::string bytes) {
  const Sha256Digest digest = Sha256(bytes);
  digests_.push_back(digest);
  transaction_->mutations.push_back(PutBlob{std::move(bytes)});
  return DigestBytes(digest);
}

namespace {

// Part `perimeter`: the changes, and the history as imported where restating changed it.
void AddPerimeter(const sim::Revision& revision, BlobWriter& blobs,
                  store::v1::RevisionManifest& manifest) {
  if (revision.perimeter == sim::Perimeter()) return;
  store::v1::PerimeterContent content = ToProto(revision.perimeter);
  if (revision.original) {
    for (const store::v1::RealisationBlock& block : ToBlocks(*revision.original)) {
      content.add_original_realisations(blobs.Add(DeterministicBytes(block)));
    }
    content.set_original_first_period(revision.original->first().ToString());
    content.set_original_period_count(revision.original->period_count());
  }
  if (revision.original_means)
    *content.mutable_original_means() = ToProto(*revision.original_means);
  if (revision.original_credit)
    *content.mutable_original_credit() = ToProto(*revision.original_credit);
  (*manifest.mutable_parts())["perimeter"] = blobs.Add(DeterministicBytes(content));
}

}  // namespace

std::string AddRevision(const sim::Revision& revision, BlobWriter& blobs) {
  store::v1::RevisionManifest manifest;
  manifest.set_network(blobs.Add(DeterministicBytes(ToProto(revision.network))));
  manifest.set_drivers(blobs.Add(DeterministicBytes(ToProto(revision.drivers))));
  for (const store::v1::RealisationBlock& block : ToBlocks(revision.realisations)) {
    manifest.add_realisations(blobs.Add(DeterministicBytes(block)));
  }
  manifest.set_first_period(revision.realisations.first().ToString());
  manifest.set_period_count(revision.realisations.period_count());
  AddPart("calendars", ToProto(revision.calendars), blobs, manifest);
  AddPart("channels", ToProto(revision.channels), blobs, manifest);
  AddPart("credit", ToProto(revision.credit), blobs, manifest);
  AddPart("means", ToProto(revision.means), blobs, manifest);
  AddPart("phasing", ToProto(revision.phasing), blobs, manifest);
  AddPart("score", ToProto(revision.score), blobs, manifest);
  AddPerimeter(revision, blobs, manifest);
  return blobs.Add(DeterministicBytes(manifest));
}

std::vector<std::string> AddModel(const sim::Model& model, BlobWriter& blobs) {
  const std::string bytes = WriteModel(model, v1::MODEL_FORMAT_BINARY);
  std::vector<std::string> pieces;
  for (size_t at = 0; at < bytes.size(); at += kModelPieceBytes) {
    pieces.push_back(blobs.Add(bytes.substr(at, kModelPieceBytes)));
  }
  return pieces;
}

void AddScores(const ScoreTables& scores, BlobWriter& blobs, store::v1::RunRecord& record) {
  record.set_score_axis(blobs.Add(DeterministicBytes(scores.axis->proto())));
  for (size_t c = 0; c < scores.scores.columns.size(); ++c) {
    record.add_score_columns(
        blobs.Add(SerializeColumn(scores.scores.specs[c], scores.scores.columns[c])));
  }
  if (scores.weight_axis->row_count() > 0) {
    record.set_weight_axis(blobs.Add(DeterministicBytes(scores.weight_axis->proto())));
    for (size_t c = 0; c < scores.weights.columns.size(); ++c) {
      record.add_weight_columns(
          blobs.Add(SerializeColumn(scores.weights.specs[c], scores.weights.columns[c])));
    }
  }
  record.mutable_joint_sets()->Assign(scores.joint_sets.begin(), scores.joint_sets.end());
}

std::string ModelHash(const sim::Model& model) {
  return ToHex(Sha256(WriteModel(model, v1::MODEL_FORMAT_BINARY)));
}

Archive::Archive(StoreThread& store, int64_t cache_bytes)
    : store_(store),
      revisions_(cache_bytes / 2),
      models_(cache_bytes / 4),
      results_(cache_bytes / 8),
      axes_(cache_bytes / 16),
      objectives_(cache_bytes / 16) {}

absl::StatusOr<Resource> Archive::Read(absl::string_view name) {
  absl::StatusOr<Resource> resource =
      store_.BlockingRead([&](StoreReader& reader) { return reader.GetResource(name); });
  if (absl::IsNotFound(resource.status())) {
    return absl::NotFoundError(absl::StrCat("there is no ", name));
  }
  return resource;
}

absl::StatusOr<ListPage> Archive::List(ListQuery query) {
  return store_.BlockingRead([&](StoreReader& reader) { return reader.ListResources(query); });
}

absl::StatusOr<std::vector<Resource>> Archive::ListByState(absl::string_view kind,
                                                           absl::string_view state) {
  std::vector<Resource> all;
  ListQuery query{.kind = std::string(kind), .state = std::string(state), .page_size = 1'000};
  do {
    JALON_ASSIGN_OR_RETURN(ListPage page, List(query));
    std::move(page.resources.begin(), page.resources.end(), std::back_inserter(all));
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  return all;
}

absl::StatusOr<std::string> Archive::GetBlob(absl::string_view raw_digest) {
  const std::optional<Sha256Digest> digest = DigestFromBytes(raw_digest);
  if (!digest.has_value()) return absl::DataLossError("a stored hash is not one");
  return store_.BlockingRead([&](StoreReader& reader) { return reader.GetBlob(*digest); });
}

absl::StatusOr<std::string> Archive::ResolveRevision(absl::string_view name) {
  if (!absl::EndsWith(name, "/revisions/latest")) return std::string(name);
  const absl::string_view network = name.substr(0, name.size() - sizeof("/revisions/latest") + 1);
  JALON_ASSIGN_OR_RETURN(const Stored<store::v1::NetworkRecord> stored,
                         Get<store::v1::NetworkRecord>(network));
  return stored.record.network().latest_revision();
}

absl::StatusOr<std::shared_ptr<const LoadedRevision>> Archive::GetRevision(
    absl::string_view asked) {
  JALON_ASSIGN_OR_RETURN(const std::string name, ResolveRevision(asked));
  if (auto kept = revisions_.Get(name)) return kept;
  JALON_ASSIGN_OR_RETURN(const Stored<store::v1::RevisionRecord> stored,
                         Get<store::v1::RevisionRecord>(name));
  JALON_ASSIGN_OR_RETURN(sim::Revision value, LoadRevision(stored.record));
  const int64_t bytes = BytesOf(value);
  auto loaded = std::make_shared<const LoadedRevision>(
      LoadedRevision{stored.record.revision(), std::move(value)});
  revisions_.Put(name, loaded, bytes);
  return loaded;
}

absl::StatusOr<sim::Revision> Archive::LoadRevision(const store::v1::RevisionRecord& record) {
  JALON_ASSIGN_OR_RETURN(const auto manifest,
                         GetMessage<store::v1::RevisionManifest>(record.manifest()));
  JALON_ASSIGN_OR_RETURN(const auto network_content,
                         GetMessage<store::v1::NetworkContent>(manifest.network()));
  JALON_ASSIGN_OR_RETURN(sim::Network network, FromProto(network_content));
  JALON_ASSIGN_OR_RETURN(const auto driver_content,
                         GetMessage<store::v1::DriverContent>(manifest.drivers()));
  JALON_ASSIGN_OR_RETURN(sim::DriverTable drivers, FromProto(driver_content));
  JALON_ASSIGN_OR_RETURN(sim::Realisations realisations, LoadRealisations(network, manifest));
  sim::Revision revision{std::move(network), std::move(realisations), std::move(drivers)};
  JALON_RETURN_IF_ERROR(LoadParts(manifest, revision));
  return revision;
}

absl::StatusOr<sim::Realisations> Archive::LoadRealisations(
    const sim::Network& network, const store::v1::RevisionManifest& manifest) {
  std::vector<store::v1::RealisationBlock> blocks;
  for (const std::string& digest : manifest.realisations()) {
    JALON_ASSIGN_OR_RETURN(blocks.emplace_back(), GetMessage<store::v1::RealisationBlock>(digest));
  }
  return FromBlocks(network, manifest, blocks);
}

absl::Status Archive::LoadPerimeter(const store::v1::RevisionManifest& manifest,
                                    sim::Revision& revision) {
  JALON_ASSIGN_OR_RETURN(const auto content,
                         GetPart<store::v1::PerimeterContent>(manifest, "perimeter"));
  JALON_ASSIGN_OR_RETURN(revision.perimeter, FromProto(content));
  if (content.has_original_means()) {
    JALON_ASSIGN_OR_RETURN(revision.original_means,
                           FromProto(revision.network, content.original_means()));
  }
  if (content.has_original_credit()) {
    JALON_ASSIGN_OR_RETURN(revision.original_credit,
                           FromProto(revision.network, content.original_credit()));
  }
  if (content.original_realisations().empty()) return absl::OkStatus();
  store::v1::RevisionManifest original;
  *original.mutable_realisations() = content.original_realisations();
  original.set_first_period(content.original_first_period());
  original.set_period_count(content.original_period_count());
  JALON_ASSIGN_OR_RETURN(revision.original, LoadRealisations(revision.network, original));
  return absl::OkStatus();
}

absl::Status Archive::LoadParts(const store::v1::RevisionManifest& manifest,
                                sim::Revision& revision) {
  const sim::Network& network = revision.network;
  JALON_ASSIGN_OR_RETURN(const auto calendars,
                         GetPart<store::v1::CalendarContent>(manifest, "calendars"));
  JALON_ASSIGN_OR_RETURN(revision.calendars, FromProto(calendars, network));
  JALON_ASSIGN_OR_RETURN(const auto channels,
                         GetPart<store::v1::ChannelContent>(manifest, "channels"));
  JALON_ASSIGN_OR_RETURN(revision.channels, FromProto(network, channels));
  JALON_ASSIGN_OR_RETURN(const auto credit, GetPart<store::v1::CreditContent>(manifest, "credit"));
  JALON_ASSIGN_OR_RETURN(revision.credit, FromProto(network, credit));
  JALON_ASSIGN_OR_RETURN(const auto means, GetPart<store::v1::MeansContent>(manifest, "means"));
  JALON_ASSIGN_OR_RETURN(revision.means, FromProto(network, means));
  JALON_ASSIGN_OR_RETURN(const auto phasing,
                         GetPart<store::v1::PhasingContent>(manifest, "phasing"));
  JALON_ASSIGN_OR_RETURN(revision.phasing, FromProto(phasing, network));
  JALON_ASSIGN_OR_RETURN(const auto score, GetPart<v1::ScorePolicy>(manifest, "score"));
  JALON_ASSIGN_OR_RETURN(revision.score, FromProto(score, network));
  return LoadPerimeter(manifest, revision);
}

absl::StatusOr<std::shared_ptr<const LoadedModel>> Archive::GetModel(absl::string_view name) {
  if (auto kept = models_.Get(name)) return kept;
  JALON_ASSIGN_OR_RETURN(const Stored<store::v1::ModelRecord> stored,
                         Get<store::v1::ModelRecord>(name));
  if (stored.record.model().state() != v1::Model::STATE_SUCCEEDED) {
    return absl::FailedPreconditionError(absl::StrCat(
        name, " is not usable: ", v1::Model::State_Name(stored.record.model().state())));
  }
  std::string bytes;
  for (const std::string& digest : stored.record.content()) {
    JALON_ASSIGN_OR_RETURN(const std::string piece, GetBlob(digest));
    bytes += piece;
  }
  absl::StatusOr<sim::Model> value = ReadModel(bytes, v1::MODEL_FORMAT_BINARY);
  if (!value.ok()) {
    return absl::DataLossError(absl::StrCat(name, ": ", value.status().message()));
  }
  const int64_t size = BytesOf(*value);
  auto loaded =
      std::make_shared<const LoadedModel>(LoadedModel{stored.record.model(), *std::move(value)});
  models_.Put(name, loaded, size);
  return loaded;
}

absl::StatusOr<std::vector<sim::Objective>> Archive::GetObjectives(
    const store::v1::ObjectiveSetRecord& record) {
  JALON_ASSIGN_OR_RETURN(const auto table,
                         GetMessage<store::v1::ObjectiveTable>(record.objectives()));
  return FromTable(table);
}

absl::StatusOr<std::shared_ptr<const PlacedObjectives>> Archive::GetPlacedObjectives(
    const store::v1::ObjectiveSetRecord& record, const LoadedRevision& revision) {
  // Both are content, whatever they are called.
  const std::string key = absl::StrCat(record.objectives(), revision.info.content_hash());
  if (auto kept = objectives_.Get(key)) return kept;
  JALON_ASSIGN_OR_RETURN(std::vector<sim::Objective> objectives, GetObjectives(record));
  JALON_ASSIGN_OR_RETURN(PlacedObjectives placed,
                         PlaceObjectives(revision.value.network, std::move(objectives)));
  auto loaded = std::make_shared<const PlacedObjectives>(std::move(placed));
  objectives_.Put(key, loaded, loaded->bytes());
  return loaded;
}

absl::StatusOr<std::shared_ptr<const RowAxis>> Archive::GetRowAxis(
    const store::v1::RunRecord& record) {
  const std::string& key = record.row_axis();
  if (auto kept = axes_.Get(key)) return kept;
  JALON_ASSIGN_OR_RETURN(auto proto, GetMessage<store::v1::RowAxis>(record.row_axis()));
  JALON_ASSIGN_OR_RETURN(RowAxis axis, RowAxis::FromProto(std::move(proto)));
  auto loaded = std::make_shared<const RowAxis>(std::move(axis));
  axes_.Put(key, loaded, BytesOf(*loaded));
  return loaded;
}

absl::StatusOr<std::shared_ptr<const LoadedResult>> Archive::GetResult(
    absl::string_view name, const store::v1::RunRecord& record) {
  if (record.columns().empty()) {
    return absl::FailedPreconditionError(absl::StrCat(name, " has no results"));
  }
  const std::string key = absl::StrCat(name, "#", record.run().provenance().path_count());
  if (auto kept = results_.Get(key)) return kept;
  JALON_ASSIGN_OR_RETURN(const std::shared_ptr<const RowAxis> axis, GetRowAxis(record));
  ResultTable table{.path_count = record.run().provenance().path_count(),
                    .specs = {record.run().statistics().begin(), record.run().statistics().end()}};
  table.table_id = TableId(record.run().provenance().spec_hash(), table.path_count);
  for (const std::string& digest : record.columns()) {
    JALON_ASSIGN_OR_RETURN(const std::string bytes, GetBlob(digest));
    JALON_ASSIGN_OR_RETURN(std::vector<double> column, ParseColumn(bytes));
    if (static_cast<int64_t>(column.size()) != axis->row_count()) {
      return absl::DataLossError(absl::StrCat(name, ": a column has not the rows of the axis"));
    }
    table.columns.push_back(std::move(column));
  }
  if (table.columns.size() != table.specs.size()) {
    return absl::DataLossError(absl::StrCat(name, ": columns are missing"));
  }
  JALON_ASSIGN_OR_RETURN(table.scores, LoadScores(record, table));
  auto loaded = std::make_shared<const LoadedResult>(LoadedResult{*axis, std::move(table)});
  results_.Put(key, loaded, BytesOf(*loaded));
  return loaded;
}

absl::StatusOr<std::shared_ptr<const RowAxis>> Archive::LoadScorePart(
    const std::string& axis, const google::protobuf::RepeatedPtrField<std::string>& columns,
    ResultTable& table) {
  store::v1::RowAxis proto;
  if (!axis.empty()) {
    JALON_ASSIGN_OR_RETURN(proto, GetMessage<store::v1::RowAxis>(axis));
  }
  JALON_ASSIGN_OR_RETURN(RowAxis rows, RowAxis::FromProto(std::move(proto)));
  for (const std::string& digest : columns) {
    JALON_ASSIGN_OR_RETURN(const std::string bytes, GetBlob(digest));
    JALON_RETURN_IF_ERROR(AppendColumn(bytes, rows.row_count(), table));
  }
  return std::make_shared<const RowAxis>(std::move(rows));
}

absl::StatusOr<std::shared_ptr<const ScoreTables>> Archive::LoadScores(
    const store::v1::RunRecord& record, const ResultTable& like) {
  if (record.score_axis().empty()) return std::shared_ptr<const ScoreTables>();
  auto tables = std::make_shared<ScoreTables>();
  for (ResultTable* table : {&tables->scores, &tables->weights}) {
    table->table_id = like.table_id;
    table->path_count = like.path_count;
  }
  JALON_ASSIGN_OR_RETURN(
      tables->axis, LoadScorePart(record.score_axis(), record.score_columns(), tables->scores));
  JALON_ASSIGN_OR_RETURN(
      tables->weight_axis,
      LoadScorePart(record.weight_axis(), record.weight_columns(), tables->weights));
  tables->joint_sets.assign(record.joint_sets().begin(), record.joint_sets().end());
  return tables;
}

void Archive::Forget(absl::string_view network) {
  const std::string prefix = absl::StrCat(network, "/");
  revisions_.EraseIf([&](absl::string_view key) { return absl::StartsWith(key, prefix); });
  models_.EraseIf([&](absl::string_view key) { return absl::StartsWith(key, prefix); });
  results_.EraseIf([&](absl::string_view key) { return absl::StartsWith(key, prefix); });
}

}  // namespace jalon::server
