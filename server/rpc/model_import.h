// The import of a model: what is announced, the bytes, what is made of them. Has the life of an
// ImportSession (import_session.h), for ImportReactor.
#ifndef JALON_SERVER_RPC_MODEL_IMPORT_H_
#define JALON_SERVER_RPC_MODEL_IMPORT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "jalon/v1/model_service.pb.h"
#include "server/rpc/call.h"
#include "server/rpc/upload_gate.h"
#include "server/run/archive.h"

namespace jalon::server {

class ModelImportSession {
 public:
  ModelImportSession(Call& call, const v1::ModelImportOptions& options)
      : call_(call), options_(options) {}

  const std::string& network() const { return options_.parent(); }

  // Checks the options and takes a place among the uploads.
  absl::Status Declare();
  // Reads the revision the model is meant for. Returns the model of an earlier call with the same
  // request id.
  absl::StatusOr<std::optional<v1::Model>> Begin();
  // Errors: kInvalidArgument (more bytes than announced), kResourceExhausted (too large a chunk).
  absl::Status Take(const v1::ImportModelRequest& message);
  // Reads, checks and keeps the model. Errors: kDataLoss (TRUNCATED_UPLOAD), kInvalidArgument with
  // all violations, kAlreadyExists.
  absl::StatusOr<v1::Model> Run();
  // Nothing was kept.
  void Abandon(const absl::Status&, const std::function<void()>& done) { done(); }

 private:
  v1::Model Shown(const sim::Model& content) const;

  Call& call_;
  const v1::ModelImportOptions options_;
  UploadTicket ticket_;
  // Shared with the cache.
  std::shared_ptr<const LoadedRevision> revision_;
  std::string bytes_;
};

// For ImportReactor.
std::unique_ptr<ModelImportSession> MakeImportSession(Call& call,
                                                      const v1::ModelImportOptions& options);

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_MODEL_IMPORT_H_
