#include "server/ingest/personal_data.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "server/ingest/encoding.h"

namespace jalon::server {
namespace {

struct IbanCountry {
  absl::string_view code;
  size_t length;
};

constexpr IbanCountry kIbanCountries[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22},
    {"BH", 22}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22},
    {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FO", 18}, {"FR", 27},
    {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HR", 21}, {"HU", 28},
    {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26}, {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20},
    {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21}, {"MC", 27}, {"MD", 24},
    {"ME", 22}, {"MK", 19}, {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NL", 18}, {"NO", 15}, {"PK", 24},
    {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"SA", 24}, {"SC", 31},
    {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"ST", 25}, {"SV", 28}, {"TL", 23}, {"TN", 24},
    {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}};

constexpr int64_t kEnoughIbanLike = 3;
constexpr int64_t kEnoughBarePhones = 3;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The letters and digits of an IBAN-like text, or empty.
std::string CompactIban(absl::string_view text) {
  text = TrimBlanks(text);
  if (text.size() < 15 || text.size() > 48) return "";
  if (!absl::ascii_isalpha(text[0]) || !absl::ascii_isalpha(text[1])) return "";
  std::string compact;
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c == ' ') continue;
    if (c == 0xC2 && i + 1 < text.size() && text[i + 1] == '\xA0') {
      ++i;
      continue;
    }
    if (!absl::ascii_isalnum(c)) return "";
    compact.push_back(absl::ascii_toupper(c));
  }
  if (compact.size() < 15 || !IsDigit(compact[2]) || !IsDigit(compact[3])) return "";
  for (const IbanCountry& country : kIbanCountries) {
    if (absl::StartsWith(compact, country.code)) {
      return compact.size() == country.length ? compact : "";
    }
  }
  return "";
}

int Mod97(absl::string_view compact) {
  int remainder = 0;
  for (size_t i = 0; i < compact.size(); ++i) {
    const char c = compact[(i + 4) % compact.size()];
    remainder =
        IsDigit(c) ? (remainder * 10 + (c - '0')) % 97 : (remainder * 100 + (c - 'A' + 10)) % 97;
  }
  return remainder;
}

bool IsPhoneSeparator(char c) {
  return c == ' ' || c == '.' || c == '-' || c == '(' || c == ')' || c == '/';
}

// `+` and a number, or `00` and a number: the latter only when written in groups or French, as long
// codes of companies start with 00 too.
bool IsInternationalPhone(absl::string_view text) {
  const bool plus = absl::StartsWith(text, "+");
  if (!plus && !absl::StartsWith(text, "00")) return false;
  const bool french = absl::StartsWith(text, "0033") && text.size() == 13;
  text.remove_prefix(plus ? 1 : 2);
  if (text.empty() || text[0] < '1' || text[0] > '9') return false;
  int digits = 0;
  for (const char c : text) {
    if (IsDigit(c)) {
      ++digits;
    } else if (!IsPhoneSeparator(c)) {
      return false;
    }
  }
  const bool grouped = static_cast<size_t>(digits) < text.size();
  return digits >= 9 && digits <= 15 && (plus || french || grouped);
}

bool IsPairedPhone(absl::string_view text) {
  if (text.size() != 14 || text[0] != '0' || text[1] == '0') return false;
  const char mark = text[2];
  if (mark != ' ' && mark != '.' && mark != '-') return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i % 3 == 2 ? text[i] != mark : !IsDigit(text[i])) return false;
  }
  return true;
}

// Whether a cell can be worth a closer look: most cells are settled by their first bytes.
bool MayBePersonal(absl::string_view text) {
  if (text.size() < 6) return false;
  const char c = text[0];
  if (c == '+' || c == '0' || absl::ascii_isspace(static_cast<unsigned char>(c))) return true;
  if (absl::ascii_isalpha(static_cast<unsigned char>(c))) return true;
  // A no-break space may stand before what is looked for.
  if (static_cast<unsigned char>(c) >= 0x80) return true;
  return text.find('@') != absl::string_view::npos;
}

}  // namespace

bool LooksLikeIban(absl::string_view text) { return !CompactIban(text).empty(); }

bool IsIban(absl::string_view text) {
  const std::string compact = CompactIban(text);
  return !compact.empty() && Mod97(compact) == 1;
}

bool LooksLikeEmail(absl::string_view text) {
  const auto is_word = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-' ||
           c == '+';
  };
  for (size_t at = text.find('@'); at != absl::string_view::npos; at = text.find('@', at + 1)) {
    if (at == 0 || !is_word(text[at - 1])) continue;
    size_t end = at + 1;
    while (end < text.size() && is_word(text[end])) ++end;
    const absl::string_view domain = text.substr(at + 1, end - at - 1);
    const size_t dot = domain.find('.');
    if (dot != absl::string_view::npos && dot > 0 && dot + 2 < domain.size()) return true;
  }
  return false;
}

bool LooksLikePhone(absl::string_view text) {
  text = TrimBlanks(text);
  return IsInternationalPhone(text) || IsPairedPhone(text);
}

bool LooksLikeBarePhone(absl::string_view text) {
  text = TrimBlanks(text);
  if (text.size() != 10 || text[0] != '0' || text[1] == '0') return false;
  for (const char c : text) {
    if (!IsDigit(c)) return false;
  }
  return true;
}

void PersonalDataWatch::Tally::Count(int64_t line) {
  if (cells++ == 0) first_line = line;
}

void PersonalDataWatch::See(absl::string_view text, int64_t line) {
  if (text.empty() || text == last_) return;
  ++seen_;
  last_.assign(text.data(), text.size());
  if (!MayBePersonal(text)) return;
  if (IsIban(text)) {
    iban_.Count(line);
  } else if (LooksLikeIban(text)) {
    iban_like_.Count(line);
  } else if (LooksLikeEmail(text)) {
    email_.Count(line);
  } else if (LooksLikePhone(text)) {
    phone_.Count(line);
  } else if (LooksLikeBarePhone(text)) {
    bare_phone_.Count(line);
  }
}

std::optional<PersonalDataWatch::Finding> PersonalDataWatch::finding() const {
  if (iban_.cells > 0) return Finding{"an IBAN", iban_.first_line, iban_.cells};
  if (iban_like_.cells >= kEnoughIbanLike) {
    return Finding{"an IBAN", iban_like_.first_line, iban_like_.cells};
  }
  if (email_.cells > 0) return Finding{"an e-mail address", email_.first_line, email_.cells};
  if (phone_.cells > 0) return Finding{"a phone number", phone_.first_line, phone_.cells};
  if (bare_phone_.cells >= kEnoughBarePhones && 2 * bare_phone_.cells >= seen_) {
    return Finding{"a phone number", bare_phone_.first_line, bare_phone_.cells};
  }
  return std::nullopt;
}

}  // namespace jalon::server
