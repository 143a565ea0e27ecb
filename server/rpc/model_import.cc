#include "server/rpc/model_import.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/ids.h"
#include "server/convert/model.h"
#include "server/convert/status.h"
#include "server/convert/time.h"
#include "server/rpc/request_checks.h"
#include "server/run/live_fits.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

constexpr size_t kMaxNameBytes = 200;
constexpr size_t kMaxReasonBytes = 1'000;
constexpr double kMaxModelBytes = 1 << 30;

// A name of a resource of the parent; may be empty.
void CheckOwn(absl::string_view field, const std::string& name, absl::string_view pattern,
              const std::string& parent, Checks& checks) {
  if (name.empty() || !CheckName(field, name, pattern, checks)) return;
  if (NetworkOf(name) == parent) return;
  checks.Add(field, name, absl::StrCat("must be in ", parent), "BAD_NAME");
}

}  // namespace

absl::Status ModelImportSession::Declare() {
  Checks checks("options");
  CheckName("parent", options_.parent(), kNetworkPattern, checks);
  CheckId("model_id", options_.model_id(), checks);
  CheckOwn("revision", options_.revision(), kRevisionPattern, options_.parent(), checks);
  CheckOwn("parent_model", options_.parent_model(), kModelPattern, options_.parent(), checks);
  checks.Required("reason", !options_.reason().empty());
  checks.Text("reason", options_.reason(), kMaxReasonBytes);
  checks.Text("author", options_.author(), kMaxNameBytes);
  checks.Text("display_name", options_.display_name(), kMaxNameBytes);
  checks.InRange("size_bytes", static_cast<double>(options_.size_bytes()), 1, kMaxModelBytes);
  CheckRequestId(options_.request_id(), checks);
  JALON_RETURN_IF_ERROR(checks.ToStatus());
  JALON_ASSIGN_OR_RETURN(ticket_, call_.environment().uploads.Enter(options_.size_bytes()));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::Model>> ModelImportSession::Begin() {
  Archive& archive = call_.environment().archive;
  JALON_ASSIGN_OR_RETURN(const std::string earlier, call_.EarlierOutcome(options_.request_id()));
  if (!earlier.empty()) {
    JALON_ASSIGN_OR_RETURN(const auto stored, archive.Get<store::v1::ModelRecord>(earlier));
    return std::optional<v1::Model>(stored.record.model());
  }
  if (!options_.parent_model().empty()) {
    JALON_RETURN_IF_ERROR(archive.Get<store::v1::ModelRecord>(options_.parent_model()).status());
  }
  const std::string revision = options_.revision().empty()
                                   ? absl::StrCat(options_.parent(), "/revisions/latest")
                                   : options_.revision();
  JALON_ASSIGN_OR_RETURN(revision_, archive.GetRevision(revision));
  bytes_.reserve(options_.size_bytes());
  return std::optional<v1::Model>();
}

absl::Status ModelImportSession::Take(const v1::ImportModelRequest& message) {
  const auto bytes = static_cast<int64_t>(message.data().size());
  if (bytes > Limits::kChunkBytes) {
    return LimitExceeded("chunk_bytes", Limits::kChunkBytes, bytes, "bytes");
  }
  if (static_cast<int64_t>(bytes_.size()) + bytes > options_.size_bytes()) {
    return sim::ViolationStatus(
        {.field = "data",
         .value = absl::StrCat(bytes_.size() + bytes, " bytes"),
         .rule = absl::StrCat("must be at most the ", options_.size_bytes(), " bytes announced"),
         .reason = "TOO_MANY_BYTES"});
  }
  bytes_ += message.data();
  return absl::OkStatus();
}

absl::StatusOr<v1::Model> ModelImportSession::Run() {
  if (static_cast<int64_t>(bytes_.size()) != options_.size_bytes()) {
    return WithReason(
        absl::DataLossError(absl::StrCat(bytes_.size(), " bytes arrived of ", options_.size_bytes(),
                                         " announced; send the model again")),
        "TRUNCATED_UPLOAD");
  }
  const bool is_text = options_.format() != v1::MODEL_FORMAT_BINARY;
  JALON_ASSIGN_OR_RETURN(
      const sim::Model content,
      ReadModel(bytes_, is_text ? v1::MODEL_FORMAT_TEXT : v1::MODEL_FORMAT_BINARY));
  if (content.network_id != revision_->value.network.id()) {
    return sim::ViolationStatus({.field = "network_id",
                                 .value = content.network_id,
                                 .rule = absl::StrCat("must be ", revision_->value.network.id()),
                                 .reason = "MODEL_OF_ANOTHER_NETWORK"});
  }
  const v1::Model model = Shown(content);
  if (options_.validate_only()) return model;
  Transaction transaction;
  StoreModel(model, content, call_.principal().id, Expect::Absent(), transaction);
  JALON_ASSIGN_OR_RETURN(const ApplyResult stored,
                         call_.Apply(std::move(transaction), options_.request_id(), model.name()));
  if (!stored.replayed) return model;
  JALON_ASSIGN_OR_RETURN(const auto first,
                         call_.environment().archive.Get<store::v1::ModelRecord>(stored.outcome));
  return first.record.model();
}

v1::Model ModelImportSession::Shown(const sim::Model& content) const {
  v1::Model model;
  const std::string id = options_.model_id().empty() ? RandomId() : options_.model_id();
  if (!options_.validate_only()) model.set_name(JoinName(options_.parent(), "models", id));
  model.set_display_name(options_.display_name());
  model.set_revision(revision_->info.name());
  model.set_author(options_.author());
  model.set_reason(options_.reason());
  model.set_parent_model(options_.parent_model());
  model.set_state(v1::Model::STATE_SUCCEEDED);
  model.set_origin(v1::Model::ORIGIN_IMPORT);
  model.set_content_hash(ModelHash(content));
  Describe(content, &model);
  *model.mutable_create_time() = ToProto(call_.environment().clock.WallNow());
  *model.mutable_end_time() = model.create_time();
  return model;
}

std::unique_ptr<ModelImportSession> MakeImportSession(Call& call,
                                                      const v1::ModelImportOptions& options) {
  return std::make_unique<ModelImportSession>(call, options);
}

}  // namespace jalon::server
