#include "server/ingest/period_text.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "server/ingest/encoding.h"

namespace jalon::server {
namespace {

constexpr int kFirstYear = 1900;
constexpr int kLastYear = 2199;
// Texts remembered; a file with more distinct periods is refused anyway.
constexpr size_t kMaxKnown = 4096;

struct NamedFormat {
  PeriodFormat format;
  absl::string_view name;
  // Y, M, D, Q: a digit of the year, month, day, quarter; the rest stands for itself.
  absl::string_view shape;
};

// In the order they are tried; the quarter has several shapes.
constexpr std::array<NamedFormat, 13> kFormats = {{
    {PeriodFormat::kYearMonth, "YYYY-MM", "YYYY-MM"},
    {PeriodFormat::kYearQuarter, "YYYY-Qn", "YYYY-qQ"},
    {PeriodFormat::kYearQuarter, "YYYY-Qn", "YYYY qQ"},
    {PeriodFormat::kYearQuarter, "YYYY-Qn", "YYYYqQ"},
    {PeriodFormat::kIsoDate, "YYYY-MM-DD", "YYYY-MM-DD"},
    {PeriodFormat::kDayMonthYear, "dd/mm/yyyy", "DD/MM/YYYY"},
    {PeriodFormat::kDayMonthYear, "dd/mm/yyyy", "D/MM/YYYY"},
    {PeriodFormat::kMonthDayYear, "mm/dd/yyyy", "MM/DD/YYYY"},
    {PeriodFormat::kMonthDayYear, "mm/dd/yyyy", "M/DD/YYYY"},
    {PeriodFormat::kMonthDayYear, "mm/dd/yyyy", "M/D/YYYY"},
    {PeriodFormat::kCompactMonth, "YYYYMM", "YYYYMM"},
    {PeriodFormat::kMonthYear, "mm/yyyy", "MM/YYYY"},
    {PeriodFormat::kMonthYear, "mm/yyyy", "M/YYYY"},
}};

struct DateParts {
  int year = 0;
  int month = 0;
  int day = 0;
  int quarter = 0;
};

int* PartOf(DateParts& parts, char shape) {
  switch (shape) {
    case 'Y':
      return &parts.year;
    case 'M':
      return &parts.month;
    case 'D':
      return &parts.day;
    case 'Q':
      return &parts.quarter;
    default:
      return nullptr;
  }
}

std::optional<DateParts> Match(absl::string_view text, absl::string_view shape) {
  if (text.size() != shape.size()) return std::nullopt;
  DateParts parts;
  for (size_t i = 0; i < text.size(); ++i) {
    if (int* part = PartOf(parts, shape[i])) {
      if (text[i] < '0' || text[i] > '9') return std::nullopt;
      *part = *part * 10 + (text[i] - '0');
    } else if (shape[i] == 'q') {
      if (text[i] != 'Q' && text[i] != 'T' && text[i] != 'q') return std::nullopt;
    } else if (text[i] != shape[i]) {
      return std::nullopt;
    }
  }
  return parts;
}

std::optional<DateParts> MatchFormat(absl::string_view text, PeriodFormat format) {
  for (const NamedFormat& named : kFormats) {
    if (named.format != format) continue;
    if (std::optional<DateParts> parts = Match(text, named.shape)) return parts;
  }
  return std::nullopt;
}

int DaysIn(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return kDays[static_cast<size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

bool HasDay(PeriodFormat format) {
  return format == PeriodFormat::kIsoDate || format == PeriodFormat::kDayMonthYear ||
         format == PeriodFormat::kMonthDayYear;
}

bool IsYear(absl::string_view text) { return Match(text, "YYYY").has_value(); }

}  // namespace

absl::string_view PeriodFormatName(PeriodFormat format) {
  for (const NamedFormat& named : kFormats) {
    if (named.format == format) return named.name;
  }
  return "";
}

std::optional<PeriodFormat> ParsePeriodFormatName(absl::string_view name) {
  for (const NamedFormat& named : kFormats) {
    if (named.name == name) return named.format;
  }
  return std::nullopt;
}

std::optional<PeriodFormat> FindPeriodFormat(absl::string_view text) {
  text = TrimBlanks(text);
  for (const NamedFormat& named : kFormats) {
    if (named.format == PeriodFormat::kMonthDayYear) continue;
    if (Match(text, named.shape).has_value()) return named.format;
  }
  return std::nullopt;
}

std::optional<sim::Period> ReadPeriod(absl::string_view text, PeriodFormat format,
                                      sim::Frequency frequency) {
  const std::optional<DateParts> parts = MatchFormat(TrimBlanks(text), format);
  if (!parts.has_value()) return std::nullopt;
  if (parts->year < kFirstYear || parts->year > kLastYear) return std::nullopt;
  if (format == PeriodFormat::kYearQuarter) {
    if (parts->quarter < 1 || parts->quarter > 4) return std::nullopt;
    if (frequency == sim::Frequency::kMonth) return std::nullopt;
    return sim::Period::Quarter(parts->year, parts->quarter);
  }
  if (parts->month < 1 || parts->month > 12) return std::nullopt;
  if (HasDay(format) && (parts->day < 1 || parts->day > DaysIn(parts->year, parts->month))) {
    return std::nullopt;
  }
  return frequency == sim::Frequency::kMonth
             ? sim::Period::Month(parts->year, parts->month)
             : sim::Period::Quarter(parts->year, (parts->month - 1) / 3 + 1);
}

PeriodReader::Result PeriodReader::Read(absl::string_view text) {
  if (!text.empty() && text == last_text_) return last_;
  const auto known = known_.find(text);
  if (known != known_.end()) {
    last_ = known->second;
  } else {
    last_ = ReadNew(TrimBlanks(text));
    if (known_.size() < kMaxKnown) known_.emplace(text, last_);
  }
  last_text_.assign(text.data(), text.size());
  return last_;
}

PeriodReader::Result PeriodReader::ReadNew(absl::string_view text) {
  if (text.empty()) return {.problem = Problem::kEmpty};
  const std::optional<PeriodFormat> found = FindPeriodFormat(text);
  if (!format_.has_value()) {
    if (!found.has_value()) {
      return {.problem = IsYear(text) ? Problem::kYearOnly : Problem::kNotAPeriod};
    }
    format_ = found;
  }
  if (const std::optional<sim::Period> period = ReadPeriod(text, *format_, frequency_)) {
    return {.period = *period};
  }
  if (const std::optional<DateParts> parts = MatchFormat(text, *format_)) {
    if (parts->year < kFirstYear) return {.problem = Problem::kBeforeCalendar};
    const bool quarter_for_month =
        *format_ == PeriodFormat::kYearQuarter && frequency_ == sim::Frequency::kMonth;
    return {.problem = quarter_for_month ? Problem::kOtherFrequency : Problem::kOutsideCalendar};
  }
  if (IsYear(text)) return {.problem = Problem::kYearOnly};
  return {.problem = found.has_value() ? Problem::kOtherFormat : Problem::kNotAPeriod};
}

std::string PeriodRule(PeriodReader::Problem problem, const PeriodReader& reader) {
  using Problem = PeriodReader::Problem;
  const absl::string_view wanted =
      reader.frequency() == sim::Frequency::kMonth ? "month" : "quarter";
  switch (problem) {
    case Problem::kYearOnly:
      return absl::StrCat("must be a ", wanted, ", not a year");
    case Problem::kOtherFormat:
      return absl::StrCat("must be written ", PeriodFormatName(*reader.format()),
                          " like the rest of the file");
    case Problem::kOtherFrequency:
      return "must be a month: the network's periods are months";
    case Problem::kOutsideCalendar:
    case Problem::kBeforeCalendar:
      return "must be a date that exists, from 1900 to 2199";
    case Problem::kEmpty:
    case Problem::kNotAPeriod:
    case Problem::kNone:
      break;
  }
  return absl::StrCat("must be a ", wanted,
                      " such as 2026-03, 2026-Q1, 2026-03-31, 31/03/2026, 202603 or 03/2026");
}

absl::string_view PeriodReason(PeriodReader::Problem problem) {
  using Problem = PeriodReader::Problem;
  switch (problem) {
    case Problem::kOtherFormat:
      return "MIXED_PERIOD_FORMATS";
    case Problem::kYearOnly:
    case Problem::kOtherFrequency:
      return "WRONG_FREQUENCY";
    case Problem::kEmpty:
      return "MISSING_PERIOD";
    default:
      return "BAD_PERIOD";
  }
}

}  // namespace jalon::server
