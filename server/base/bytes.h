// Small binary records (page tokens, hashed tuples): little-endian integers and length-prefixed
// strings, written and read without surprises on bad input.
#ifndef JALON_SERVER_BASE_BYTES_H_
#define JALON_SERVER_BASE_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace jalon::server {

// Builds a record field by field. The encoding is injective: two different lists of fields of the
// same types never give the same bytes, so a record can be hashed or compared.
class ByteWriter {
 public:
  // 8 bytes, least significant first.
  ByteWriter& U64(uint64_t value);
  ByteWriter& I64(int64_t value) { return U64(static_cast<uint64_t>(value)); }
  // The length (8 bytes), then the bytes.
  ByteWriter& String(absl::string_view value);
  // The bytes alone, for fields of a fixed size.
  ByteWriter& Raw(absl::string_view value);

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Reads what ByteWriter wrote. After the first field that does not fit, every read gives nullopt.
// The bytes must outlive the reader.
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes) : rest_(bytes) {}

  std::optional<uint64_t> U64();
  std::optional<int64_t> I64();
  std::optional<absl::string_view> String();
  std::optional<absl::string_view> Raw(size_t size);
  // True when everything was read and nothing failed.
  bool AtEnd() const { return ok_ && rest_.empty(); }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_BASE_BYTES_H_
