#include "sim/base/period.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace jalon::sim {
namespace {

constexpr int kFirstYear = 1900;
constexpr int kLastYear = 2199;
constexpr size_t kMaxQuotedBytes = 60;

std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, kMaxQuotedBytes)), "\"");
}

// All digits or nothing: no sign, no space, no text longer than a year.
std::optional<int> ParseDigits(absl::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return std::nullopt;
    value = 10 * value + (c - '0');
  }
  return value;
}

std::optional<int> ParseYear(absl::string_view text) {
  const std::optional<int> year = ParseDigits(text);
  if (text.size() != 4 || !year || *year < kFirstYear || *year > kLastYear) return std::nullopt;
  return year;
}

// `YYYY-MM` and `YYYY-Qn` both have seven characters.
std::optional<Period> TryParsePeriod(absl::string_view text) {
  if (text.size() != 7 || text[4] != '-') return std::nullopt;
  const std::optional<int> year = ParseYear(text.substr(0, 4));
  const bool is_quarter = text[5] == 'Q';
  const std::optional<int> rank = ParseDigits(text.substr(is_quarter ? 6 : 5));
  const int last = is_quarter ? 4 : 12;
  if (!year || !rank || *rank < 1 || *rank > last) return std::nullopt;
  return is_quarter ? Period::Quarter(*year, *rank) : Period::Month(*year, *rank);
}

Window YearWindow(int year, Frequency frequency) {
  const int count = PeriodsPerYear(frequency);
  const Period first{frequency, (year - kFirstYear) * count};
  return {first, first + (count - 1)};
}

absl::Status BadWindow(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(Quoted(text), " is not a window: ", why));
}

absl::string_view FormOf(Frequency frequency) {
  return frequency == Frequency::kMonth ? "YYYY-MM" : "YYYY-Qn";
}

// One year or one period, as a window.
std::optional<Window> ParseBound(absl::string_view text, Frequency frequency) {
  if (const std::optional<int> year = ParseYear(text)) return YearWindow(*year, frequency);
  if (const std::optional<Period> period = TryParsePeriod(text)) return Window{*period, *period};
  return std::nullopt;
}

absl::StatusOr<Window> CheckWindow(absl::string_view text, Window window, Frequency frequency) {
  if (window.first.frequency != frequency || window.last.frequency != frequency) {
    return BadWindow(text, absl::StrCat("this network's periods are ", FormOf(frequency)));
  }
  if (window.last < window.first) return BadWindow(text, "its end comes before its beginning");
  return window;
}

}  // namespace

std::string Period::ToString() const {
  return frequency == Frequency::kMonth ? absl::StrFormat("%04d-%02d", year(), season() + 1)
                                        : absl::StrFormat("%04d-Q%d", year(), season() + 1);
}

std::ostream& operator<<(std::ostream& out, Period period) { return out << period.ToString(); }

absl::StatusOr<Period> ParsePeriod(absl::string_view text) {
  if (const std::optional<Period> period = TryParsePeriod(text)) return *period;
  return absl::InvalidArgumentError(
      absl::StrCat(Quoted(text), " is not a period: expected YYYY-MM or YYYY-Qn, years ",
                   kFirstYear, " to ", kLastYear));
}

std::string Window::ToString() const {
  if (first == last) return first.ToString();
  if (*this == YearWindow(first.year(), first.frequency)) return absl::StrCat(first.year());
  return absl::StrCat(first.ToString(), "..", last.ToString());
}

std::ostream& operator<<(std::ostream& out, const Window& window) {
  return out << window.ToString();
}

absl::StatusOr<Window> ParseWindow(absl::string_view text, Frequency frequency) {
  const size_t dots = text.find("..");
  const absl::string_view first = text.substr(0, dots);
  const absl::string_view last = dots == absl::string_view::npos ? first : text.substr(dots + 2);
  const std::optional<Window> begin = ParseBound(first, frequency);
  const std::optional<Window> end = ParseBound(last, frequency);
  // A year with a period (`2025..2026-03`) is refused: half of its readers would be wrong.
  if (!begin || !end || first.size() != last.size()) {
    const absl::string_view form = FormOf(frequency);
    return BadWindow(text, absl::StrCat("expected YYYY, ", form, ", ", form, "..", form,
                                        " or YYYY..YYYY, years ", kFirstYear, " to ", kLastYear));
  }
  return CheckWindow(text, {begin->first, end->last}, frequency);
}

}  // namespace jalon::sim
