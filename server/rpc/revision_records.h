// A revision as the store keeps it: blobs first, then the records that name them.
#ifndef JALON_SERVER_RPC_REVISION_RECORDS_H_
#define JALON_SERVER_RPC_REVISION_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "jalon/v1/network.pb.h"
#include "server/run/archive.h"
#include "server/store/store.h"

namespace jalon::server {

// A revision about to be kept.
struct NewRevision {
  // `networks/fr`.
  std::string network;
  // Label of the network; empty keeps the present one, or takes the data's own.
  std::string display_name;
  // The import that brought it; may be empty.
  std::string source_import;
  // The revision it was made from; empty when it owes nothing to an earlier one.
  std::string base_revision;
  // The network as it is; absent for a new one. Its version must still be the present one when the
  // records are put.
  std::optional<Stored<store::v1::NetworkRecord>> present;
  absl::Time now;
};

struct StagedRevision {
  v1::Revision revision;
  // False when the newest revision has the same content: it is `revision`, and nothing is staged
  // but the network's record.
  bool is_new = true;
  // To be put first, in any number of transactions.
  std::vector<Mutation> blobs;
  // To be put together: kAborted or kAlreadyExists when the network has changed meanwhile.
  std::vector<Mutation> records;
};

// A revision is named by its content: the first 12 digits of its hash, followed by its sequence
// number when an older revision has that content. Waits for the store.
absl::StatusOr<StagedRevision> StageRevision(Archive& archive, const NewRevision& wanted,
                                             const sim::Revision& value);

// Puts blobs in transactions of a few megabytes, so that no other caller waits long. Blobs that no
// record names afterwards are garbage. Waits for the store.
absl::Status PutBlobs(StoreThread& store, std::vector<Mutation> blobs);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_REVISION_RECORDS_H_
