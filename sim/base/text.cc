#include "sim/base/text.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace jalon::sim {
namespace {

bool IsLowerOrDigit(char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); }

// A code point and the bytes it takes.
struct Decoded {
  uint32_t code_point = 0;
  size_t size = 0;
};

// What the first byte of a sequence says: its length, and the payload bits of that byte.
std::optional<Decoded> DecodeLead(unsigned char byte) {
  if (byte < 0x80) return Decoded{byte, 1};
  if (byte >= 0xc2 && byte < 0xe0) return Decoded{byte & 0x1fu, 2};
  if (byte >= 0xe0 && byte < 0xf0) return Decoded{byte & 0x0fu, 3};
  if (byte >= 0xf0 && byte < 0xf5) return Decoded{byte & 0x07u, 4};
  return std::nullopt;
}

bool IsScalarValue(const Decoded& decoded) {
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const uint32_t c = decoded.code_point;
  const bool surrogate = c >= 0xd800 && c <= 0xdfff;
  return c >= kSmallest[decoded.size] && c <= 0x10ffff && !surrogate;
}

// The first character of a text that is not empty; nullopt when it is not UTF-8.
std::optional<Decoded> DecodeFirst(absl::string_view text) {
  std::optional<Decoded> decoded = DecodeLead(static_cast<unsigned char>(text[0]));
  if (!decoded || decoded->size > text.size()) return std::nullopt;
  for (size_t i = 1; i < decoded->size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    decoded->code_point = (decoded->code_point << 6) | (byte & 0x3fu);
  }
  if (!IsScalarValue(*decoded)) return std::nullopt;
  return decoded;
}

Violation MakeViolation(std::string field, absl::string_view value, std::string rule,
                        std::string reason) {
  return {.field = std::move(field),
          .value = Printable(value),
          .rule = std::move(rule),
          .reason = std::move(reason)};
}

}  // namespace

bool IsId(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxIdBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
         });
}

bool IsSlug(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxIdBytes && IsLowerOrDigit(text.front()) &&
         IsLowerOrDigit(text.back()) && std::all_of(text.begin(), text.end(), [](char c) {
           return IsLowerOrDigit(c) || c == '-';
         });
}

int CountCharacters(absl::string_view text) {
  int count = 0;
  while (!text.empty()) {
    const std::optional<Decoded> first = DecodeFirst(text);
    if (!first) return -1;
    text.remove_prefix(first->size);
    ++count;
  }
  return count;
}

bool HasControlCharacter(absl::string_view text) {
  while (!text.empty()) {
    const std::optional<Decoded> first = DecodeFirst(text);
    if (!first) return false;
    const uint32_t c = first->code_point;
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return true;
    text.remove_prefix(first->size);
  }
  return false;
}

std::string Printable(absl::string_view text) {
  if (CountCharacters(text) >= 0 && !HasControlCharacter(text)) return std::string(text);
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      absl::StrAppend(&out, "\\x", absl::Hex(byte, absl::kZeroPad2));
    }
  }
  return out;
}

std::optional<Violation> IdProblem(absl::string_view id, std::string field) {
  if (IsId(id)) return std::nullopt;
  return MakeViolation(std::move(field), Printable(id),
                       "must be 1 to 64 characters of A-Z a-z 0-9 . _ -",
                       id.empty() ? "EMPTY_ID" : "BAD_ID");
}

std::optional<Violation> SlugProblem(absl::string_view slug, std::string field) {
  if (IsSlug(slug)) return std::nullopt;
  return MakeViolation(
      std::move(field), Printable(slug),
      "must be 1 to 64 characters of a-z 0-9 -, starting and ending with a letter or a digit",
      slug.empty() ? "EMPTY_ID" : "BAD_SLUG");
}

std::optional<Violation> LabelProblem(absl::string_view label, std::string field) {
  const int characters = CountCharacters(label);
  if (characters < 0) {
    return MakeViolation(std::move(field), Printable(label), "must be UTF-8", "NOT_UTF8");
  }
  if (HasControlCharacter(label)) {
    return MakeViolation(std::move(field), Printable(label), "must not contain control characters",
                         "CONTROL_CHARACTER");
  }
  if (characters > kMaxLabelCharacters) {
    return MakeViolation(std::move(field), label,
                         absl::StrCat("must be at most 200 characters, not ", characters),
                         "TOO_LONG");
  }
  return std::nullopt;
}

}  // namespace jalon::sim
