#include "server/stream/resume_token.h"

#include <optional>

#include "server/base/bytes.h"
#include "sim/base/hash64.h"
#include "sim/base/violation.h"

namespace jalon::server {
namespace {

// Tells tokens from other bytes and from later layouts.
constexpr uint64_t kMagic = 0x314E4B544C4A;  // "JLTKN1"

absl::Status Refused(absl::string_view rule) {
  return sim::ViolationStatus(
      {.field = "resume_token", .rule = std::string(rule), .reason = "BAD_RESUME_TOKEN"});
}

}  // namespace

std::string Encode(const ResumeToken& token) {
  ByteWriter writer;
  writer.U64(kMagic).U64(sim::Hash64(token.resource)).I64(token.sequence).I64(token.path_count);
  return writer.bytes();
}

absl::StatusOr<ResumeToken> DecodeResumeToken(absl::string_view bytes, absl::string_view resource) {
  ByteReader reader(bytes);
  const std::optional<uint64_t> magic = reader.U64();
  const std::optional<uint64_t> resource_hash = reader.U64();
  const std::optional<int64_t> sequence = reader.I64();
  const std::optional<int64_t> path_count = reader.I64();
  if (!reader.AtEnd() || magic != kMagic || sequence.value_or(-1) < 0 ||
      path_count.value_or(-1) < 0) {
    return Refused("must come from an earlier message of the stream");
  }
  if (*resource_hash != sim::Hash64(resource)) return Refused("belongs to another resource");
  return ResumeToken{std::string(resource), *sequence, *path_count};
}

}  // namespace jalon::server
