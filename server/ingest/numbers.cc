#include "server/ingest/numbers.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "absl/strings/match.h"
#include "server/ingest/encoding.h"

namespace jalon::server {
namespace {

// Powers of ten that are exact doubles.
constexpr std::array<double, 23> kExactTens = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr uint64_t kExactMantissa = uint64_t{1} << 53;
constexpr size_t kMaxNumberLength = 400;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Bytes of the space that starts `text` (space, U+00A0, U+202F), or 0.
size_t SpaceLength(absl::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == ' ') return 1;
  if (absl::StartsWith(text, "\xC2\xA0")) return 2;
  if (absl::StartsWith(text, "\xE2\x80\xAF")) return 3;
  return 0;
}

// The canonical spelling of a number: digits, `.`, digits, exponent.
struct Spelling {
  bool negative = false;
  bool percent = false;
  std::array<char, kMaxNumberLength> text{};
  size_t size = 0;
  // While it fits: the digits as an integer and the power of ten that scales it.
  uint64_t mantissa = 0;
  int scale = 0;
  int digits = 0;

  void Push(char c) { text[size++] = c; }
};

class Scanner {
 public:
  Scanner(absl::string_view text, NumberDialect dialect)
      : rest_(text),
        decimal_mark_(dialect == NumberDialect::kEnglish ? '.' : ','),
        comma_groups_(dialect == NumberDialect::kEnglish) {}

  // The spelling of the whole text, or nullopt when it is no number of the dialect.
  std::optional<Spelling> Scan() {
    if (rest_.size() > kMaxNumberLength - 8) return std::nullopt;
    TakeSign();
    if (!TakeInteger() || !TakeDecimals() || !TakeExponent() || !TakePercent()) {
      return std::nullopt;
    }
    if (!rest_.empty() || out_.digits == 0) return std::nullopt;
    return out_;
  }

 private:
  void TakeSign() {
    if (rest_.empty() || (rest_[0] != '-' && rest_[0] != '+')) return;
    out_.negative = rest_[0] == '-';
    rest_.remove_prefix(1);
  }

  int TakeDigits() {
    int count = 0;
    while (!rest_.empty() && IsDigit(rest_[0])) {
      TakeDigit();
      ++count;
    }
    return count;
  }

  void TakeDigit() {
    if (out_.digits > 0 || rest_[0] != '0') ++significant_;
    if (significant_ <= 19) {
      out_.mantissa = out_.mantissa * 10 + static_cast<uint64_t>(rest_[0] - '0');
    }
    ++out_.digits;
    out_.Push(rest_[0]);
    rest_.remove_prefix(1);
  }

  size_t GroupMarkLength() const {
    const size_t space = SpaceLength(rest_);
    const size_t mark = space != 0 ? space : (comma_groups_ && absl::StartsWith(rest_, ","));
    return mark != 0 && mark < rest_.size() && IsDigit(rest_[mark]) ? mark : 0;
  }

  bool TakeInteger() {
    const int first = TakeDigits();
    size_t mark = GroupMarkLength();
    if (mark == 0) return true;
    if (first < 1 || first > 3) return false;
    const absl::string_view kind = rest_.substr(0, mark);
    while (mark != 0) {
      if (rest_.substr(0, mark) != kind) return false;  // one mark throughout
      rest_.remove_prefix(mark);
      if (TakeDigits() != 3) return false;
      mark = GroupMarkLength();
    }
    return true;
  }

  bool TakeDecimals() {
    if (rest_.empty() || rest_[0] != decimal_mark_) return true;
    rest_.remove_prefix(1);
    out_.Push('.');
    out_.scale = -TakeDigits();
    return out_.scale < 0;
  }

  bool TakeExponent() {
    if (rest_.empty() || (rest_[0] != 'e' && rest_[0] != 'E')) return true;
    rest_.remove_prefix(1);
    out_.Push('e');
    bool negative = false;
    if (!rest_.empty() && (rest_[0] == '-' || rest_[0] == '+')) {
      negative = rest_[0] == '-';
      if (negative) out_.Push('-');
      rest_.remove_prefix(1);
    }
    int exponent = 0;
    int count = 0;
    for (; !rest_.empty() && IsDigit(rest_[0]); ++count) {
      if (count >= 4) return false;
      exponent = exponent * 10 + (rest_[0] - '0');
      out_.Push(rest_[0]);
      rest_.remove_prefix(1);
    }
    out_.scale += negative ? -exponent : exponent;
    return count > 0;
  }

  bool TakePercent() {
    const size_t space = SpaceLength(rest_);
    if (rest_.substr(space) != "%") return true;
    rest_ = absl::string_view();
    out_.percent = true;
    return true;
  }

  absl::string_view rest_;
  char decimal_mark_;
  bool comma_groups_;
  int significant_ = 0;
  Spelling out_;
};

// The nearest double, or nullopt beyond the range.
std::optional<double> Convert(const Spelling& spelling) {
  const double sign = spelling.negative ? -1.0 : 1.0;
  const int scale = spelling.scale - (spelling.percent ? 2 : 0);
  if (spelling.digits <= 19 && spelling.mantissa <= kExactMantissa && scale >= -22 && scale <= 22) {
    const double mantissa = static_cast<double>(spelling.mantissa);
    const double ten = kExactTens[static_cast<size_t>(scale < 0 ? -scale : scale)];
    return sign * (scale < 0 ? mantissa / ten : mantissa * ten);
  }
  const char* begin = spelling.text.data();
  const char* end = begin + spelling.size;
  double value = 0;
  const auto [stop, error] = std::from_chars(begin, end, value);
  if (stop != end || error != std::errc() || !std::isfinite(value)) return std::nullopt;
  return sign * (spelling.percent ? value / 100.0 : value);
}

bool SpellsNotFinite(absl::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  for (const absl::string_view word : {"nan", "inf", "infinity", "1.#inf", "1.#qnan", "#num!"}) {
    if (absl::EqualsIgnoreCase(text, word)) return true;
  }
  return false;
}

NumberDialect Other(NumberDialect dialect) {
  return dialect == NumberDialect::kEnglish ? NumberDialect::kFrench : NumberDialect::kEnglish;
}

}  // namespace

absl::string_view NumberDialectName(NumberDialect dialect) {
  return dialect == NumberDialect::kEnglish ? "en" : "fr";
}

NumberResult ParseNumber(absl::string_view text, NumberDialect dialect) {
  text = TrimBlanks(text);
  if (text.empty()) return {.problem = NumberProblem::kEmpty};
  if (const std::optional<Spelling> spelling = Scanner(text, dialect).Scan()) {
    const std::optional<double> value = Convert(*spelling);
    if (!value.has_value()) return {.problem = NumberProblem::kNotFinite};
    return {.value = *value, .percent = spelling->percent};
  }
  if (SpellsNotFinite(text)) return {.problem = NumberProblem::kNotFinite};
  if (Scanner(text, Other(dialect)).Scan().has_value()) {
    return {.problem = NumberProblem::kOtherDialect};
  }
  return {.problem = NumberProblem::kText};
}

void NumberDialectFinder::See(absl::string_view text) {
  if (text.find_first_of(".,") == absl::string_view::npos) return;
  text = TrimBlanks(text);
  const bool english = Scanner(text, NumberDialect::kEnglish).Scan().has_value();
  const bool french = Scanner(text, NumberDialect::kFrench).Scan().has_value();
  if (english && french) {
    if (ambiguous_example_.empty()) ambiguous_example_ = std::string(text);
  } else if (english) {
    ++english_cells_;
    if (english_example_.empty()) english_example_ = std::string(text);
    commas_group_ = commas_group_ || text.find(',') != absl::string_view::npos;
  } else if (french) {
    ++french_cells_;
    if (french_example_.empty()) french_example_ = std::string(text);
  }
}

NumberDialectFinder::Finding NumberDialectFinder::finding() const {
  const bool english = !english_example_.empty();
  const bool french = !french_example_.empty();
  const bool ambiguous = !ambiguous_example_.empty();
  if (english && french) return Finding::kMixed;
  if (ambiguous && !french && !commas_group_) return Finding::kAmbiguous;
  return english || french ? Finding::kDecided : Finding::kNoMarks;
}

NumberDialect NumberDialectFinder::dialect() const {
  return french_cells_ > english_cells_ ? NumberDialect::kFrench : NumberDialect::kEnglish;
}

}  // namespace jalon::server
