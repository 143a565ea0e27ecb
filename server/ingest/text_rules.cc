#include "server/ingest/text_rules.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "server/ingest/encoding.h"

namespace jalon::server {
namespace {

bool IsIdByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
}

// The code point of a well-formed sequence of `length` bytes.
uint32_t CodePoint(absl::string_view text, int length) {
  const auto byte = [&](int i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(text[i]));
  };
  switch (length) {
    case 1:
      return byte(0);
    case 2:
      return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
    case 3:
      return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    default:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 |
             (byte(3) & 0x3F);
  }
}

bool IsForbidden(uint32_t code) {
  if (code < 0x20 || (code >= 0x7F && code <= 0x9F)) return true;
  if (code == 0x2028 || code == 0x2029 || code == 0xFEFF) return true;
  if (code >= 0x200B && code <= 0x200F) return true;
  return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

struct Letters {
  uint32_t first;
  uint32_t last;
  absl::string_view plain;
};

// Latin letters with marks, by range of code points.
constexpr Letters kLatin[] = {
    {0xC0, 0xC5, "A"},    {0xC6, 0xC6, "AE"},   {0xC7, 0xC7, "C"},   {0xC8, 0xCB, "E"},
    {0xCC, 0xCF, "I"},    {0xD1, 0xD1, "N"},    {0xD2, 0xD6, "O"},   {0xD8, 0xD8, "O"},
    {0xD9, 0xDC, "U"},    {0xDD, 0xDD, "Y"},    {0xDF, 0xDF, "ss"},  {0xE0, 0xE5, "a"},
    {0xE6, 0xE6, "ae"},   {0xE7, 0xE7, "c"},    {0xE8, 0xEB, "e"},   {0xEC, 0xEF, "i"},
    {0xF1, 0xF1, "n"},    {0xF2, 0xF6, "o"},    {0xF8, 0xF8, "o"},   {0xF9, 0xFC, "u"},
    {0xFD, 0xFD, "y"},    {0xFF, 0xFF, "y"},    {0x10C, 0x10C, "C"}, {0x10D, 0x10D, "c"},
    {0x11A, 0x11A, "E"},  {0x11B, 0x11B, "e"},  {0x141, 0x141, "L"}, {0x142, 0x142, "l"},
    {0x152, 0x152, "OE"}, {0x153, 0x153, "oe"}, {0x158, 0x158, "R"}, {0x159, 0x159, "r"},
    {0x160, 0x160, "S"},  {0x161, 0x161, "s"},  {0x16E, 0x16E, "U"}, {0x16F, 0x16F, "u"},
    {0x178, 0x178, "Y"},  {0x17D, 0x17D, "Z"},  {0x17E, 0x17E, "z"}};

absl::string_view PlainLetters(uint32_t code) {
  for (const Letters& letters : kLatin) {
    if (letters.first <= code && code <= letters.last) return letters.plain;
  }
  return "";
}

}  // namespace

std::optional<TextProblem> CheckId(absl::string_view id) {
  if (id.empty()) return TextProblem{"must not be empty", "EMPTY_ID"};
  if (id.size() > kMaxIdBytes) {
    return TextProblem{absl::StrCat("must have <= ", kMaxIdBytes, " characters"), "BAD_ID"};
  }
  for (const char c : id) {
    if (!IsIdByte(c)) {
      return TextProblem{
          "must hold only letters without accents, digits, `.`, `_` and `-`; or declare "
          "`ids = make` to have ids made from labels",
          "BAD_ID"};
    }
  }
  return std::nullopt;
}

std::optional<TextProblem> CheckLabel(absl::string_view label) {
  const TextProblem control{"must not hold control or direction-changing characters",
                            "CONTROL_CHARACTER"};
  int64_t characters = 0;
  for (size_t i = 0; i < label.size(); ++characters) {
    const int length = Utf8SequenceLength(label.substr(i));
    if (length == 0 || IsForbidden(CodePoint(label.substr(i), length))) return control;
    i += static_cast<size_t>(length);
  }
  if (characters > kMaxLabelCharacters) {
    return TextProblem{
        absl::StrCat("must have <= ", kMaxLabelCharacters, " characters, has ", characters),
        "TOO_LONG"};
  }
  return std::nullopt;
}

std::string MakeId(absl::string_view label) {
  std::string id;
  bool gap = false;
  const auto append = [&](absl::string_view text) {
    if (gap && !id.empty()) id.push_back('-');
    gap = false;
    absl::StrAppend(&id, text);
  };
  for (size_t i = 0; i < label.size();) {
    const int length = Utf8SequenceLength(label.substr(i));
    if (length == 1 && IsIdByte(label[i]) && label[i] != '-') {
      append(label.substr(i, 1));
    } else if (length > 1 && !PlainLetters(CodePoint(label.substr(i), length)).empty()) {
      append(PlainLetters(CodePoint(label.substr(i), length)));
    } else {
      gap = true;
    }
    i += static_cast<size_t>(length == 0 ? 1 : length);
  }
  return id;
}

}  // namespace jalon::server
