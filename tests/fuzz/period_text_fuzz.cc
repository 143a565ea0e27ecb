// Months and quarters as files write them: found formats have names, and a reader that
// remembers gives the same answer again.
#include "absl/strings/str_split.h"
#include "server/ingest/period_text.h"
#include "tests/fuzz/fuzz_util.h"

namespace jalon::server {
namespace {

void CheckFormat(absl::string_view text) {
  const auto format = FindPeriodFormat(text);
  if (!format) return;
  Require(ParsePeriodFormatName(PeriodFormatName(*format)) == format);
  const auto month = ReadPeriod(text, *format, sim::Frequency::kMonth);
  const auto quarter = ReadPeriod(text, *format, sim::Frequency::kQuarter);
  // A month has its quarter; only a quarter has no month.
  if (month) Require(quarter.has_value());
  if (quarter) Require(month.has_value() || *format == PeriodFormat::kYearQuarter);
}

void CheckReader(absl::string_view text, sim::Frequency frequency) {
  PeriodReader reader(frequency, std::nullopt);
  for (absl::string_view cell : absl::StrSplit(text, '\n')) {
    const PeriodReader::Result first = reader.Read(cell);
    const PeriodReader::Result again = reader.Read(cell);
    Require(first.problem == again.problem && first.period == again.period);
    if (first.problem == PeriodReader::Problem::kNone) {
      Require(first.period.frequency == frequency);
      continue;
    }
    Require(!PeriodRule(first.problem, reader).empty() && !PeriodReason(first.problem).empty());
  }
}

}  // namespace
}  // namespace jalon::server

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text = jalon::TextOf(data, size);
  for (absl::string_view cell : absl::StrSplit(text, '\n')) jalon::server::CheckFormat(cell);
  jalon::server::CheckReader(text, jalon::sim::Frequency::kMonth);
  jalon::server::CheckReader(text, jalon::sim::Frequency::kQuarter);
  return 0;
}
