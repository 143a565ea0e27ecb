#include "server/ingest/encoding.h"

#include <array>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

constexpr absl::string_view kUtf8Mark = "\xEF\xBB\xBF";

// Windows-1252 code points of bytes 0x80..0x9F; 0 where the encoding defines none.
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

struct Place {
  int64_t line = 1;
  int64_t column = 1;
};

Place PlaceOf(absl::string_view text, size_t offset) {
  Place place;
  size_t line_start = 0;
  for (size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++place.line;
      line_start = i + 1;
    }
  }
  place.column = static_cast<int64_t>(offset - line_start) + 1;
  return place;
}

std::string HexByte(unsigned char byte) {
  return absl::StrCat("byte 0x", absl::Hex(byte, absl::kZeroPad2));
}

absl::Status Refuse(absl::string_view text, size_t offset, sim::Violation violation) {
  const Place place = PlaceOf(text, offset);
  violation.line = place.line;
  violation.column = place.column;
  if (violation.value.empty() && offset < text.size()) {
    violation.value = HexByte(static_cast<unsigned char>(text[offset]));
  }
  return sim::ViolationStatus(std::move(violation));
}

bool IsAsciiWord(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, sizeof(word));
  if ((word & 0x8080808080808080ull) != 0) return false;
  // A byte below 0x20 borrows into its high bit.
  const uint64_t below_space = (word - 0x2020202020202020ull) & 0x8080808080808080ull;
  const uint64_t is_delete =
      (((word ^ 0x7F7F7F7F7F7F7F7Full) - 0x0101010101010101ull) & 0x8080808080808080ull);
  return below_space == 0 && is_delete == 0;
}

bool IsAllowedControl(absl::string_view text, size_t i) {
  const char c = text[i];
  if (c == '\n' || c == '\t') return true;
  return c == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
}

bool IsControl(unsigned char c) { return c < 0x20 || c == 0x7F; }

absl::Status CheckControl(absl::string_view text, size_t i, absl::string_view file) {
  if (IsAllowedControl(text, i)) return absl::OkStatus();
  return Refuse(text, i,
                {.field = "text",
                 .rule = text[i] == '\r' ? "must end lines with LF or CR LF"
                                         : "must not hold control characters",
                 .reason = "CONTROL_CHARACTER",
                 .file = std::string(file)});
}

absl::Status CheckUtf8(absl::string_view text, absl::string_view file) {
  size_t i = 0;
  while (i < text.size()) {
    if (i + 8 <= text.size() && IsAsciiWord(text.data() + i)) {
      i += 8;
      continue;
    }
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      if (IsControl(c)) JALON_RETURN_IF_ERROR(CheckControl(text, i, file));
      ++i;
      continue;
    }
    const int length = Utf8SequenceLength(text.substr(i));
    if (length == 0) {
      return Refuse(text, i,
                    {.field = "text",
                     .rule = "must be UTF-8: save the file as `CSV UTF-8`, or declare "
                             "`encoding = windows-1252` in the mapping",
                     .reason = "INVALID_UTF8",
                     .file = std::string(file)});
    }
    i += static_cast<size_t>(length);
  }
  return absl::OkStatus();
}

void AppendCodePoint(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (code >> 6)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xE0 | (code >> 12)));
    out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

absl::StatusOr<std::string> ConvertSingleByte(absl::string_view bytes, Encoding encoding,
                                              absl::string_view file) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (size_t i = 0; i < bytes.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(bytes[i]);
    if (IsControl(c)) JALON_RETURN_IF_ERROR(CheckControl(bytes, i, file));
    uint32_t code = c;
    if (c >= 0x80 && c < 0xA0) {
      code = encoding == Encoding::kWindows1252 ? kWindows1252[c - 0x80] : 0;
      if (code == 0) {
        return Refuse(bytes, i,
                      {.field = "text",
                       .rule = absl::StrCat("must be a character of ", EncodingName(encoding)),
                       .reason = "CONTROL_CHARACTER",
                       .file = std::string(file)});
      }
    }
    AppendCodePoint(code, out);
  }
  return out;
}

bool IsBlank(absl::string_view text) {
  return text.find_first_not_of(" \t\r\n") == absl::string_view::npos;
}

bool StartsAsUtf16(absl::string_view bytes) {
  return absl::StartsWith(bytes, "\xFF\xFE") || absl::StartsWith(bytes, "\xFE\xFF");
}

}  // namespace

absl::string_view EncodingName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8:
      return "utf-8";
    case Encoding::kLatin1:
      return "latin1";
    case Encoding::kWindows1252:
      return "windows-1252";
  }
  return "utf-8";
}

absl::StatusOr<DecodedText> DecodeText(absl::string_view bytes, Encoding encoding,
                                       absl::string_view file) {
  DecodedText decoded;
  decoded.borrowed = bytes;
  if (absl::StartsWith(bytes, kUtf8Mark)) {
    decoded.borrowed.remove_prefix(kUtf8Mark.size());
    decoded.byte_order_mark = true;
    encoding = Encoding::kUtf8;
  }
  if (IsBlank(decoded.borrowed)) {
    return sim::ViolationStatus({.field = "file",
                                 .rule = "must hold a heading and rows",
                                 .reason = "EMPTY_FILE",
                                 .file = std::string(file)});
  }
  if (encoding == Encoding::kUtf8 && StartsAsUtf16(bytes)) {
    return sim::ViolationStatus({.field = "file",
                                 .value = "UTF-16",
                                 .rule = "must be UTF-8: save the file as `CSV UTF-8`",
                                 .reason = "UNSUPPORTED_UTF16",
                                 .file = std::string(file),
                                 .line = 1});
  }
  if (encoding == Encoding::kUtf8) {
    JALON_RETURN_IF_ERROR(CheckUtf8(decoded.borrowed, file));
    return decoded;
  }
  JALON_ASSIGN_OR_RETURN(decoded.owned, ConvertSingleByte(decoded.borrowed, encoding, file));
  return decoded;
}

int Utf8SequenceLength(absl::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const unsigned char c = byte(0);
  if (c < 0x80) return 1;
  if (c < 0xC2) return 0;
  if (c < 0xE0) return continues(1) ? 2 : 0;
  if (c < 0xF0) {
    if (!continues(1) || !continues(2)) return 0;
    if (c == 0xE0 && byte(1) < 0xA0) return 0;
    if (c == 0xED && byte(1) >= 0xA0) return 0;
    return 3;
  }
  if (c > 0xF4 || !continues(1) || !continues(2) || !continues(3)) return 0;
  if (c == 0xF0 && byte(1) < 0x90) return 0;
  if (c == 0xF4 && byte(1) >= 0x90) return 0;
  return 4;
}

int64_t CountCodePoints(absl::string_view text) {
  int64_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

absl::string_view TrimBlanks(absl::string_view text) {
  constexpr absl::string_view kNoBreak = "\xC2\xA0";
  constexpr absl::string_view kNarrowNoBreak = "\xE2\x80\xAF";
  while (!text.empty()) {
    if (text.front() == ' ' || text.front() == '\t') {
      text.remove_prefix(1);
    } else if (absl::StartsWith(text, kNoBreak)) {
      text.remove_prefix(kNoBreak.size());
    } else if (absl::StartsWith(text, kNarrowNoBreak)) {
      text.remove_prefix(kNarrowNoBreak.size());
    } else {
      break;
    }
  }
  while (!text.empty()) {
    if (text.back() == ' ' || text.back() == '\t') {
      text.remove_suffix(1);
    } else if (absl::EndsWith(text, kNoBreak)) {
      text.remove_suffix(kNoBreak.size());
    } else if (absl::EndsWith(text, kNarrowNoBreak)) {
      text.remove_suffix(kNarrowNoBreak.size());
    } else {
      break;
    }
  }
  return text;
}

}  // namespace jalon::server
