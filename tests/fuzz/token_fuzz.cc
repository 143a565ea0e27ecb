// What callers give back: page tokens, resume tokens, resource names.
#include <string>

#include "server/base/ids.h"
#include "server/store/page_token.h"
#include "server/stream/resume_token.h"
#include "tests/fuzz/fuzz_util.h"

namespace jalon::server {
namespace {

constexpr absl::string_view kRun = "networks/fr/runs/4f1c2a90b7de";

ListQuery QueryWith(std::string token) {
  return {.kind = "runs", .parent = "networks/fr", .page_token = std::move(token)};
}

// Only what was made for the listing is accepted, hence it is spelled the same again.
void CheckPageToken(absl::string_view text) {
  const auto cursor = DecodePageToken(QueryWith(std::string(text)));
  if (!cursor.ok() || !*cursor) return;
  const auto again = DecodePageToken(QueryWith(EncodePageToken(QueryWith(""), **cursor)));
  Require(again.ok() && *again == *cursor);
}

void CheckMadePageToken(absl::string_view name) {
  const PageCursor cursor{static_cast<int64_t>(name.size()), std::string(name)};
  const auto read = DecodePageToken(QueryWith(EncodePageToken(QueryWith(""), cursor)));
  Require(read.ok() && *read == cursor);
}

void CheckResumeToken(absl::string_view bytes) {
  const auto token = DecodeResumeToken(bytes, kRun);
  if (!token.ok()) return;
  Require(token->sequence >= 0 && token->path_count >= 0);
  Require(Encode(*token) == bytes);
}

void CheckName(absl::string_view text) {
  const auto name = ParseResourceName(text);
  if (!name.ok()) return;
  Require(text.size() <= kMaxResourceNameBytes && name->ToString() == text);
}

}  // namespace
}  // namespace jalon::server

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text = jalon::TextOf(data, size);
  jalon::server::CheckPageToken(text);
  jalon::server::CheckMadePageToken(text);
  jalon::server::CheckResumeToken(text);
  jalon::server::CheckName(text);
  return 0;
}
