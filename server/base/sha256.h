// SHA-256 (libcrypto): names of blobs, hashes of requests, the audit chain.
#ifndef JALON_SERVER_BASE_SHA256_H_
#define JALON_SERVER_BASE_SHA256_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace jalon::server {

// The 32 bytes of a SHA-256, in the order of the standard.
using Sha256Digest = std::array<uint8_t, 32>;

// Hash of `bytes`. About 1 GB/s on processors with SHA instructions, 0.3 GB/s without.
Sha256Digest Sha256(absl::string_view bytes);

// Hash of a concatenation, fed piece by piece. Thread-compatible.
class Sha256Hasher {
 public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&&) noexcept;

  void Update(absl::string_view bytes);
  // The hash of everything fed so far; the hasher must not be used afterwards.
  Sha256Digest Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// 64 lower-case hexadecimal digits.
std::string ToHex(const Sha256Digest& digest);

// Inverse of ToHex; nullopt unless `text` is exactly 64 hexadecimal digits (either case).
std::optional<Sha256Digest> ParseSha256Hex(absl::string_view text);

// The digest as a string of 32 raw bytes, and back (nullopt unless 32 bytes).
std::string DigestBytes(const Sha256Digest& digest);
std::optional<Sha256Digest> DigestFromBytes(absl::string_view bytes);

}  // namespace jalon::server

#endif  // JALON_SERVER_BASE_SHA256_H_
