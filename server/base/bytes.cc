#include "server/base/bytes.h"

namespace jalon::server {

ByteWriter& ByteWriter::U64(uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) bytes_.push_back(static_cast<char>(value >> shift));
  return *this;
}

ByteWriter& ByteWriter::String(absl::string_view value) {
  U64(value.size());
  return Raw(value);
}

ByteWriter& ByteWriter::Raw(absl::string_view value) {
  bytes_.append(value.data(), value.size());
  return *this;
}

std::optional<uint64_t> ByteReader::U64() {
  const std::optional<absl::string_view> raw = Raw(8);
  if (!raw) return std::nullopt;
  uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | static_cast<uint8_t>((*raw)[i]);
  return value;
}

std::optional<int64_t> ByteReader::I64() {
  const std::optional<uint64_t> value = U64();
  if (!value) return std::nullopt;
  return static_cast<int64_t>(*value);
}

std::optional<absl::string_view> ByteReader::String() {
  const std::optional<uint64_t> size = U64();
  if (!size || *size > rest_.size()) {
    ok_ = false;
    return std::nullopt;
  }
  return Raw(*size);
}

std::optional<absl::string_view> ByteReader::Raw(size_t size) {
  if (!ok_ || size > rest_.size()) {
    ok_ = false;
    return std::nullopt;
  }
  const absl::string_view raw = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return raw;
}

}  // namespace jalon::server
