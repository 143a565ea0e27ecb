// Values of sim/ and records of resources, in and out of the store.
#ifndef JALON_SERVER_RUN_ARCHIVE_H_
#define JALON_SERVER_RUN_ARCHIVE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "jalon/store/v1/content.pb.h"
#include "jalon/store/v1/record.pb.h"
#include "server/base/sha256.h"
#include "server/cache/lru_cache.h"
#include "server/run/placed_objectives.h"
#include "server/run/result_table.h"
#include "server/run/row_axis.h"
#include "server/store/store.h"
#include "server/store/store_thread.h"
#include "sim/base/status_macros.h"
#include "sim/model/model.h"
#include "sim/network/revision.h"
#include "sim/objective/objective.h"

namespace jalon::server {

// A record with the version it was read at.
template <typename Record>
struct Stored {
  Record record;
  int64_t generation = 0;
};

struct LoadedRevision {
  v1::Revision info;
  sim::Revision value;
};

struct LoadedModel {
  v1::Model info;
  sim::Model value;
};

// A run's rows, and its numbers once it has some.
struct LoadedResult {
  RowAxis axis;
  ResultTable table;
};

// The word the store filters on: `STATE_QUEUED` is kept as `QUEUED`.
std::string StoredState(absl::string_view state_name);

// Content added to a transaction: blobs under their hash.
class BlobWriter {
 public:
  explicit BlobWriter(Transaction* transaction) : transaction_(transaction) {}

  // Adds bytes and returns their hash as 32 raw bytes, for a record.
  std::string Add(std::string bytes);
  // Everything added, for PutResource::blobs.
  const std::vector<Sha256Digest>& digests() const { return digests_; }

 private:
  Transaction* transaction_;
  std::vector<Sha256Digest> digests_;
};

// The blobs of a revision; returns the hash of its manifest (32 raw bytes), which is that of the
// revision's content.
std::string AddRevision(const sim::Revision& revision, BlobWriter& blobs);
// The pieces of a model, as hashes in order.
std::vector<std::string> AddModel(const sim::Model& model, BlobWriter& blobs);
// The tables of scores of a run, into its record.
void AddScores(const ScoreTables& scores, BlobWriter& blobs, store::v1::RunRecord& record);
// SHA-256 of a model's content in hexadecimal digits, whatever its pieces.
std::string ModelHash(const sim::Model& model);

// Reads through the store thread and keeps what was loaded recently. All calls wait: never from a
// callback of gRPC or of the store. Thread-safe.
//
// Errors: kNotFound naming the resource, kDataLoss for content that cannot be read back.
class Archive {
 public:
  Archive(StoreThread& store, int64_t cache_bytes);

  StoreThread& store() { return store_; }

  // The record of a resource.
  template <typename Record>
  absl::StatusOr<Stored<Record>> Get(absl::string_view name) {
    JALON_ASSIGN_OR_RETURN(Resource resource, Read(name));
    Stored<Record> stored{.generation = resource.generation};
    JALON_RETURN_IF_ERROR(Parse(resource, &stored.record));
    return stored;
  }

  // A page of resources, newest first.
  absl::StatusOr<ListPage> List(ListQuery query);
  // All resources of a kind in a state, whatever their parent.
  absl::StatusOr<std::vector<Resource>> ListByState(absl::string_view kind,
                                                    absl::string_view state);
  // kDataLoss when the payload is not a Record.
  template <typename Record>
  static absl::Status Parse(const Resource& resource, Record* record) {
    if (record->ParseFromString(resource.payload)) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat(resource.name, " cannot be read back"));
  }

  absl::StatusOr<std::string> GetBlob(absl::string_view raw_digest);
  // A blob holding a message.
  template <typename Message>
  absl::StatusOr<Message> GetMessage(absl::string_view raw_digest) {
    JALON_ASSIGN_OR_RETURN(const std::string bytes, GetBlob(raw_digest));
    Message message;
    if (message.ParseFromString(bytes)) return message;
    return absl::DataLossError("a stored block cannot be read back");
  }

  // `.../revisions/latest` becomes the newest revision's name; other names are returned as they
  // are.
  absl::StatusOr<std::string> ResolveRevision(absl::string_view name);
  // Shared, because runs and readers keep a revision after the cache has let go of it.
  absl::StatusOr<std::shared_ptr<const LoadedRevision>> GetRevision(absl::string_view name);
  // kFailedPrecondition when the model is not usable (yet).
  absl::StatusOr<std::shared_ptr<const LoadedModel>> GetModel(absl::string_view name);
  absl::StatusOr<std::vector<sim::Objective>> GetObjectives(
      const store::v1::ObjectiveSetRecord& record);
  // The same on a revision's network. Errors: those of PlaceObjectives.
  absl::StatusOr<std::shared_ptr<const PlacedObjectives>> GetPlacedObjectives(
      const store::v1::ObjectiveSetRecord& record, const LoadedRevision& revision);
  // The rows and last numbers of a run that has ended. kFailedPrecondition without numbers.
  absl::StatusOr<std::shared_ptr<const LoadedResult>> GetResult(absl::string_view name,
                                                                const store::v1::RunRecord& record);
  absl::StatusOr<std::shared_ptr<const RowAxis>> GetRowAxis(const store::v1::RunRecord& record);

  // Forgets what is kept of resources below a name that was deleted.
  void Forget(absl::string_view network);

 private:
  absl::StatusOr<Resource> Read(absl::string_view name);
  absl::StatusOr<sim::Revision> LoadRevision(const store::v1::RevisionRecord& record);
  absl::StatusOr<sim::Realisations> LoadRealisations(const sim::Network& network,
                                                     const store::v1::RevisionManifest& manifest);
  // The parts of a revision beside its network, realisations and drivers, into it.
  absl::Status LoadParts(const store::v1::RevisionManifest& manifest, sim::Revision& revision);
  // The part `perimeter`, with the history it was restated from.
  absl::Status LoadPerimeter(const store::v1::RevisionManifest& manifest, sim::Revision& revision);
  // A part by name; an empty message when the manifest has none.
  template <typename Message>
  absl::StatusOr<Message> GetPart(const store::v1::RevisionManifest& manifest,
                                  const std::string& name) {
    const auto part = manifest.parts().find(name);
    if (part == manifest.parts().end()) return Message();
    return GetMessage<Message>(part->second);
  }
  // Null for a run without scores.
  absl::StatusOr<std::shared_ptr<const ScoreTables>> LoadScores(const store::v1::RunRecord& record,
                                                                const ResultTable& like);
  // A part of them: its axis and, into `table`, its columns.
  absl::StatusOr<std::shared_ptr<const RowAxis>> LoadScorePart(
      const std::string& axis, const google::protobuf::RepeatedPtrField<std::string>& columns,
      ResultTable& table);

  StoreThread& store_;
  LruCache<LoadedRevision> revisions_;
  LruCache<LoadedModel> models_;
  LruCache<LoadedResult> results_;
  LruCache<RowAxis> axes_;
  LruCache<PlacedObjectives> objectives_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_ARCHIVE_H_
