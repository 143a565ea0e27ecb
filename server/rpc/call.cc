#include "server/rpc/call.h"

#include <google/protobuf/message.h>

#include <memory>
#include <utility>

#include "server/convert/serialize.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

void ClearRequestId(google::protobuf::Message& message) {
  const auto* field = message.GetDescriptor()->FindFieldByName("request_id");
  if (field != nullptr) message.GetReflection()->ClearField(&message, field);
}

}  // namespace

Call::Call(Environment& environment, CallSpec spec, Principal principal,
           std::chrono::steady_clock::time_point deadline)
    : environment_(environment),
      spec_(std::move(spec)),
      principal_(std::move(principal)),
      deadline_(deadline) {}

absl::Status Call::Admit() {
  JALON_ASSIGN_OR_RETURN(ticket_, environment_.gate.Enter(principal_.id));
  return Authorize(principal_, spec_.method, spec_.resource);
}

absl::Status Call::SetResource(std::string resource) {
  spec_.resource = std::move(resource);
  return Authorize(principal_, spec_.method, spec_.resource);
}

void Call::SetRequest(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> copy(request.New());
  copy->CopyFrom(request);
  ClearRequestId(*copy);
  request_sha256_ = Sha256(DeterministicBytes(*copy));
}

absl::Status Call::Check() const {
  if (cancelled()) return absl::CancelledError("the caller has gone");
  if (environment_.clock.SteadyNow() >= deadline_) {
    return absl::DeadlineExceededError("the call's deadline passed before it was served");
  }
  return absl::OkStatus();
}

absl::StatusOr<ApplyResult> Call::Apply(Transaction transaction, absl::string_view request_id,
                                        absl::string_view outcome) {
  if (!request_id.empty()) {
    transaction.request = RequestId{.principal = principal_.id,
                                    .id = std::string(request_id),
                                    .method = std::string(spec_.method),
                                    .request_sha256 = request_sha256_,
                                    .outcome = std::string(outcome)};
  }
  transaction.mutations.push_back(AuditLine(absl::OkStatus()));
  JALON_ASSIGN_OR_RETURN(ApplyResult result,
                         environment_.store.BlockingApply(std::move(transaction)));
  audited_ = true;
  return result;
}

absl::StatusOr<std::string> Call::EarlierOutcome(absl::string_view request_id) {
  if (request_id.empty()) return std::string();
  JALON_ASSIGN_OR_RETURN(std::optional<RequestId> earlier,
                         environment_.store.BlockingRead([&](StoreReader& reader) {
                           return reader.FindRequest(principal_.id, request_id);
                         }));
  if (!earlier.has_value()) return std::string();
  if (earlier->method != spec_.method || earlier->request_sha256 != request_sha256_) {
    return absl::AlreadyExistsError("this request_id was used for another request");
  }
  return earlier->outcome;
}

void Call::Audit(const absl::Status& outcome) {
  if (audited_) return;
  audited_ = true;
  Transaction transaction;
  transaction.mutations.push_back(AuditLine(outcome));
  Logger& log = environment_.log;
  environment_.store.Apply(std::move(transaction), [&log, method = std::string(spec_.method)](
                                                       const absl::StatusOr<ApplyResult>& result) {
    if (result.ok()) return;
    log.Error("audit_line_lost", {{"method", method}, {"status", result.status().ToString()}});
  });
}

AppendAudit Call::AuditLine(const absl::Status& outcome) const {
  return {{.principal = principal_.id,
           .method = std::string(spec_.method),
           .resource = spec_.resource.substr(0, 512),
           .request_sha256 = request_sha256_,
           .outcome_code = static_cast<int32_t>(outcome.code())}};
}

}  // namespace jalon::server
