#include "server/store/rows.h"

#include "absl/strings/str_cat.h"
#include "server/store/audit_chain.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

absl::Status Moved(absl::string_view name, int64_t expected, int64_t found) {
  return absl::AbortedError(absl::StrCat(name, " has changed: version ", expected,
                                         " was expected, it is at ", found,
                                         "; read it again and retry"));
}

absl::Status NotFound(absl::string_view name) {
  return absl::NotFoundError(absl::StrCat(name, " does not exist"));
}

absl::Status CheckExpect(absl::string_view name, const Expect& expect,
                         const std::optional<ResourceVersion>& found) {
  switch (expect.kind) {
    case Expect::Kind::kAnything:
      return absl::OkStatus();
    case Expect::Kind::kAbsent:
      if (found) return absl::AlreadyExistsError(absl::StrCat(name, " already exists"));
      return absl::OkStatus();
    case Expect::Kind::kGeneration:
      if (!found) return NotFound(name);
      if (found->generation != expect.generation) {
        return Moved(name, expect.generation, found->generation);
      }
      return absl::OkStatus();
  }
  return absl::InternalError("unknown expectation");
}

// One transaction in progress.
class Application {
 public:
  Application(Rows& rows, absl::Time now) : rows_(rows), now_(now) {}

  absl::StatusOr<ApplyResult> Run(const Transaction& transaction) {
    if (transaction.request) JALON_RETURN_IF_ERROR(Claim(*transaction.request));
    for (const Mutation& mutation : transaction.mutations) {
      if (result_.replayed && !std::holds_alternative<AppendAudit>(mutation)) continue;
      JALON_RETURN_IF_ERROR(std::visit([this](const auto& one) { return Do(one); }, mutation));
    }
    return std::move(result_);
  }

 private:
  absl::Status Claim(const RequestId& request) {
    const std::optional<RequestId> known = rows_.ReadRequest(request.principal, request.id);
    if (!known) {
      rows_.WriteRequest(request, now_);
      result_.outcome = request.outcome;
      return absl::OkStatus();
    }
    if (known->method != request.method || known->request_sha256 != request.request_sha256) {
      return absl::AlreadyExistsError(absl::StrCat("request id ", request.id,
                                                   " was used for another request (", known->method,
                                                   "); use a new id"));
    }
    result_.replayed = true;
    result_.outcome = known->outcome;
    return absl::OkStatus();
  }

  absl::Status Do(const PutBlob& put) {
    rows_.WriteBlob(Sha256(put.bytes), put.bytes, now_);
    return absl::OkStatus();
  }

  absl::Status Do(const PutResource& put) {
    const std::optional<ResourceVersion> found = rows_.FindVersion(put.name);
    JALON_RETURN_IF_ERROR(CheckExpect(put.name, put.expect, found));
    Resource resource{
        put.name, put.state, put.payload, rows_.NextGeneration(), found ? found->create_time : now_,
        now_};
    rows_.WriteResource(resource);
    if (put.blobs) JALON_RETURN_IF_ERROR(Reference(put.name, *put.blobs));
    result_.puts.push_back({resource.name, resource.generation, resource.create_time, now_});
    return absl::OkStatus();
  }

  absl::Status Reference(absl::string_view name, const std::vector<Sha256Digest>& blobs) {
    for (const Sha256Digest& sha256 : blobs) {
      if (!rows_.ContainsBlob(sha256)) {
        return absl::FailedPreconditionError(
            absl::StrCat(name, " refers to blob ", ToHex(sha256), ", which is not stored"));
      }
    }
    rows_.WriteReferences(name, blobs);
    return absl::OkStatus();
  }

  absl::Status Do(const DeleteResource& drop) {
    const std::optional<ResourceVersion> found = rows_.FindVersion(drop.name);
    if (!found) return NotFound(drop.name);
    if (drop.expected_generation && *drop.expected_generation != found->generation) {
      return Moved(drop.name, *drop.expected_generation, found->generation);
    }
    if (drop.with_children) {
      rows_.EraseChildren(drop.name);
    } else if (rows_.HasChildren(drop.name)) {
      return absl::FailedPreconditionError(
          absl::StrCat(drop.name, " still has resources below it"));
    }
    rows_.EraseResource(drop.name);
    return absl::OkStatus();
  }

  absl::Status Do(const AppendAudit& audit) {
    rows_.WriteAudit(NextAuditRow(rows_.LastAudit(), audit.entry, now_));
    return absl::OkStatus();
  }

  Rows& rows_;
  const absl::Time now_;
  ApplyResult result_;
};

}  // namespace

absl::StatusOr<ApplyResult> ApplyTransaction(Rows& rows, const Transaction& transaction,
                                             absl::Time now) {
  return Application(rows, now).Run(transaction);
}

}  // namespace jalon::server
