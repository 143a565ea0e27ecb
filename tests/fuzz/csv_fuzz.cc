// CSV bytes in every encoding: rows are as wide as the heading, and reading twice gives the same.
// The first line holds options: a letter each for encoding, separator and a missing heading.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "server/ingest/csv.h"
#include "tests/fuzz/fuzz_util.h"

namespace jalon::server {
namespace {

CsvOptions OptionsOf(absl::string_view line) {
  CsvOptions options;
  options.file = "fuzz.csv";
  if (absl::StrContains(line, 'l')) options.encoding = Encoding::kLatin1;
  if (absl::StrContains(line, 'w')) options.encoding = Encoding::kWindows1252;
  if (absl::StrContains(line, 's')) options.separator = ';';
  if (absl::StrContains(line, 't')) options.separator = '\t';
  if (absl::StrContains(line, 'k')) options.skip_lines = 1;
  options.has_heading = !absl::StrContains(line, 'n');
  return options;
}

struct Seen {
  std::vector<std::vector<std::string>> rows;
  int64_t problems = 0;
};

Seen ReadAll(const CsvDocument& document) {
  Seen seen;
  CsvCursor cursor = document.Rows();
  int64_t line = 0;
  while (cursor.Next()) {
    Require(cursor.cells().size() == document.heading().size());
    Require(cursor.line() > line);
    line = cursor.line();
    seen.rows.emplace_back(cursor.cells().begin(), cursor.cells().end());
    for (const std::string& cell : seen.rows.back()) {
      Require(static_cast<int64_t>(cell.size()) <= kMaxCsvCellBytes);
    }
  }
  seen.problems = cursor.violations().total_count();
  return seen;
}

}  // namespace
}  // namespace jalon::server

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace jalon;  // NOLINT(google-build-using-namespace)
  const auto [options, bytes] = CutLine(TextOf(data, size));
  const auto document = server::CsvDocument::Open(bytes, server::OptionsOf(options));
  if (!document.ok()) {
    Require(!sim::ViolationsFromStatus(document.status()).empty());
    return 0;
  }
  const server::Seen first = server::ReadAll(*document);
  const server::Seen second = server::ReadAll(*document);
  Require(first.rows == second.rows && first.problems == second.problems);
  return 0;
}
