// Where a watcher was when its stream broke.
#ifndef JALON_SERVER_STREAM_RESUME_TOKEN_H_
#define JALON_SERVER_STREAM_RESUME_TOKEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jalon::server {

// Opaque to clients. Says nothing that the holder does not know and is trusted for nothing: the
// worst a forged one does is to skip checkpoints for its own sender.
struct ResumeToken {
  // Name of the watched resource.
  std::string resource;
  // Of the last message sent.
  int64_t sequence = 0;
  // Paths of the last checkpoint sent whole; 0 when none was.
  int64_t path_count = 0;

  friend bool operator==(const ResumeToken&, const ResumeToken&) = default;
};

std::string Encode(const ResumeToken& token);

// Errors: kInvalidArgument when the bytes are not a token of `resource`.
absl::StatusOr<ResumeToken> DecodeResumeToken(absl::string_view bytes, absl::string_view resource);

}  // namespace jalon::server

#endif  // JALON_SERVER_STREAM_RESUME_TOKEN_H_
