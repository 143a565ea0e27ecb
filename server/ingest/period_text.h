// Months and quarters as files write them.
#ifndef JALON_SERVER_INGEST_PERIOD_TEXT_H_
#define JALON_SERVER_INGEST_PERIOD_TEXT_H_

#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "sim/base/period.h"

namespace jalon::server {

// The spellings understood. A date stands for the month (or quarter) it falls in.
enum class PeriodFormat {
  kYearMonth,     // YYYY-MM        2026-03
  kYearQuarter,   // YYYY-Qn        2026-Q1, 2026 Q1, 2026Q1, and T for Q (trimestre)
  kIsoDate,       // YYYY-MM-DD     2026-03-31
  kDayMonthYear,  // dd/mm/yyyy     31/03/2026
  kMonthDayYear,  // mm/dd/yyyy     03/31/2026; only when declared
  kCompactMonth,  // YYYYMM         202603
  kMonthYear,     // mm/yyyy        03/2026
};

// The spelling as a mapping writes it, e.g. `dd/mm/yyyy`.
absl::string_view PeriodFormatName(PeriodFormat format);
// Inverse of PeriodFormatName; nullopt for anything else.
std::optional<PeriodFormat> ParsePeriodFormatName(absl::string_view name);

// The format that reads `text`, whatever its frequency; kMonthDayYear is never found, only
// declared.
std::optional<PeriodFormat> FindPeriodFormat(absl::string_view text);

// The period of `text` at `frequency`; nullopt when it is not of the format, names a day that does
// not exist, lies outside 1900..2199, or is a quarter where months are wanted. A month or date
// gives its quarter where quarters are wanted.
std::optional<sim::Period> ReadPeriod(absl::string_view text, PeriodFormat format,
                                      sim::Frequency frequency);

// Reads the periods of one file: one format for all of them, declared or taken from the first text.
// Remembers texts already read, as files repeat them. Thread-compatible.
class PeriodReader {
 public:
  PeriodReader(sim::Frequency frequency, std::optional<PeriodFormat> declared)
      : frequency_(frequency), format_(declared), declared_(declared.has_value()) {}

  enum class Problem {
    kNone,
    kEmpty,
    kNotAPeriod,       // no format reads it
    kYearOnly,         // `2026`: annual figures have no place in a network of months or quarters
    kOtherFormat,      // another format than the file's first period (or than declared)
    kOtherFrequency,   // a quarter where months are wanted
    kOutsideCalendar,  // after 2199, or a month or day that does not exist
    kBeforeCalendar,   // before 1900
  };
  struct Result {
    sim::Period period;
    Problem problem = Problem::kNone;
  };
  Result Read(absl::string_view text);

  // The format in use; nullopt until a period was read.
  std::optional<PeriodFormat> format() const { return format_; }
  sim::Frequency frequency() const { return frequency_; }

 private:
  Result ReadNew(absl::string_view text);

  sim::Frequency frequency_;
  std::optional<PeriodFormat> format_;
  bool declared_;
  std::string last_text_;
  Result last_;
  absl::flat_hash_map<std::string, Result> known_;
};

// What a period should have been, for people.
std::string PeriodRule(PeriodReader::Problem problem, const PeriodReader& reader);
// The stable reason of a problem, e.g. `BAD_PERIOD`.
absl::string_view PeriodReason(PeriodReader::Problem problem);

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_PERIOD_TEXT_H_
