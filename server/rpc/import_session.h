// One import: what is announced, what arrives, what is made of it. Networks, objectives and
// scenarios share this life; a subclass brings what differs.
//
//   Declare   first message                  callback thread
//   Begin     what the store knows           request thread; a record RUNNING stands from here on
//   Take      each chunk                     callback thread
//   Run       read, check, keep              batch thread; or
//   Abandon   the upload ended early         any thread
//
// One step at a time, in this order: whoever calls makes sure of it.
#ifndef JALON_SERVER_RPC_IMPORT_SESSION_H_
#define JALON_SERVER_RPC_IMPORT_SESSION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "jalon/v1/network_service.pb.h"
#include "jalon/v1/objective_service.pb.h"
#include "jalon/v1/scenario_service.pb.h"
#include "server/convert/checks.h"
#include "server/ingest/import.h"
#include "server/rpc/call.h"
#include "server/rpc/import_upload.h"
#include "server/rpc/upload_gate.h"
#include "server/store/store.h"
#include "sim/base/stop_token.h"

namespace jalon::server {

// What the options of every import say.
struct ImportSpec {
  v1::Import::Kind kind = v1::Import::KIND_UNSPECIFIED;
  // Field that names the network, for violations.
  absl::string_view network_field;
  std::string network;
  std::string mapping;
  FileDeclarations files;
  bool validate_only = false;
  std::string request_id;
};

class ImportSession {
 public:
  ImportSession(Call& call, ImportSpec spec);
  virtual ~ImportSession() = default;
  ImportSession(const ImportSession&) = delete;
  ImportSession& operator=(const ImportSession&) = delete;

  const std::string& network() const { return spec_.network; }

  // Checks the options and takes a place among the uploads.
  absl::Status Declare();
  // Reads what the import builds on and keeps its record. Returns the answer when an earlier call
  // had the same request id.
  absl::StatusOr<std::optional<v1::Import>> Begin();
  // `message` must hold a chunk.
  template <typename Message>
  absl::Status Take(const Message& message) {
    return upload_.Add(message.chunk());
  }
  // Reads the files and keeps what they bring together with the import's record, in one
  // transaction.
  absl::StatusOr<v1::Import> Run();
  // Marks the record, if there is one, as ended without anything made; then calls `done`, on this
  // thread or the store's.
  void Abandon(const absl::Status& why, std::function<void()> done);

 protected:
  Archive& archive() { return call_.environment().archive; }
  const ImportSpec& spec() const { return spec_; }
  // Raised when the caller has gone: nobody waits for the rest of the rows.
  sim::StopToken stop() { return sim::StopToken(&call_.cancel_flag()); }
  absl::Time now() const { return call_.environment().clock.WallNow(); }

  // What differs. CheckOptions looks at the options alone; Prepare at the store, and may fill
  // import_; Read parses and fills import_'s facts; Make stages what was read and puts its blobs.
  virtual void CheckOptions(Checks& checks) = 0;
  virtual absl::Status Prepare() = 0;
  virtual sim::Violations Read(const std::vector<ImportFile>& files, const Mapping& mapping) = 0;
  virtual absl::StatusOr<std::vector<Mutation>> Make() = 0;
  // The error of a call whose transaction was refused.
  virtual absl::Status Explain(absl::Status refused) { return refused; }
  // After Make and the commit.
  virtual void AfterCommit() {}

  // kAlreadyExists when a record of this kind has the name.
  template <typename Record>
  absl::Status CheckIsNew(const std::string& name) {
    absl::Status there = archive().Get<Record>(name).status();
    if (absl::IsNotFound(there)) return absl::OkStatus();
    if (!there.ok()) return there;
    return absl::AlreadyExistsError(absl::StrCat(name, " exists already"));
  }
  // Files as read, and one notice per file that was not used whole.
  void Describe(const std::vector<FileEcho>& echoes);
  void Notice(std::string notice);

  v1::Import import_;

 private:
  sim::Violations ReadAll();
  absl::StatusOr<v1::Import> Commit(const sim::Violations& violations,
                                    std::vector<Mutation> records);
  void End(v1::Import::State state);

  Call& call_;
  const ImportSpec spec_;
  UploadTicket ticket_;
  ImportUpload upload_;
  // Version of the RUNNING record; 0 when there is none.
  int64_t generation_ = 0;
};

// A network's data (import_network.cc), objectives (import_objectives.cc), a scenario
// (import_scenario.cc).
std::unique_ptr<ImportSession> MakeImportSession(Call& call, const v1::ImportOptions& options);
std::unique_ptr<ImportSession> MakeImportSession(Call& call,
                                                 const v1::ObjectiveImportOptions& options);
std::unique_ptr<ImportSession> MakeImportSession(Call& call,
                                                 const v1::ScenarioImportOptions& options);

// Marks the imports a server left RUNNING when it stopped as cancelled. Before anything is served.
absl::Status CancelUnfinishedImports(Environment& environment);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_IMPORT_SESSION_H_
