#include "server/store/check.h"

#include "absl/strings/str_cat.h"
#include "server/base/ids.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

absl::Status CheckSize(absl::string_view what, size_t size, int64_t limit) {
  if (static_cast<int64_t>(size) <= limit) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " of ", size, " bytes: at most ", limit, " are accepted"));
}

absl::Status CheckPresent(absl::string_view what, absl::string_view value) {
  if (value.empty()) return absl::InvalidArgumentError(absl::StrCat(what, " must not be empty"));
  return CheckSize(what, value.size(), kMaxLabelBytes);
}

absl::Status CheckOne(const PutBlob& put) {
  return CheckSize("blob", put.bytes.size(), kMaxBlobBytes);
}

absl::Status CheckOne(const PutResource& put) {
  JALON_RETURN_IF_ERROR(ParseResourceName(put.name).status());
  JALON_RETURN_IF_ERROR(CheckSize("state", put.state.size(), kMaxStateBytes));
  return CheckSize("payload", put.payload.size(), kMaxPayloadBytes);
}

absl::Status CheckOne(const DeleteResource& drop) { return ParseResourceName(drop.name).status(); }

absl::Status CheckOne(const AppendAudit& audit) {
  JALON_RETURN_IF_ERROR(CheckPresent("audit principal", audit.entry.principal));
  JALON_RETURN_IF_ERROR(CheckPresent("audit method", audit.entry.method));
  return CheckSize("audit resource", audit.entry.resource.size(), kMaxResourceNameBytes);
}

absl::Status CheckRequest(const RequestId& request) {
  JALON_RETURN_IF_ERROR(CheckPresent("principal", request.principal));
  JALON_RETURN_IF_ERROR(CheckPresent("request id", request.id));
  JALON_RETURN_IF_ERROR(CheckPresent("method", request.method));
  return CheckSize("request outcome", request.outcome.size(), kMaxResourceNameBytes);
}

}  // namespace

absl::Status CheckTransaction(const Transaction& transaction) {
  if (transaction.request) JALON_RETURN_IF_ERROR(CheckRequest(*transaction.request));
  for (const Mutation& mutation : transaction.mutations) {
    JALON_RETURN_IF_ERROR(std::visit([](const auto& one) { return CheckOne(one); }, mutation));
  }
  return absl::OkStatus();
}

}  // namespace jalon::server
