// Numbers in both dialects, and the search for a file's dialect over the lines of the input.
#include <cmath>
#include <string>

#include "absl/strings/str_split.h"
#include "server/ingest/numbers.h"
#include "tests/fuzz/fuzz_util.h"

namespace {

using jalon::Require;
using jalon::server::NumberDialect;
using jalon::server::NumberDialectFinder;
using jalon::server::NumberProblem;
using jalon::server::ParseNumber;

void CheckNumber(absl::string_view text, NumberDialect dialect) {
  const auto result = ParseNumber(text, dialect);
  Require(std::isfinite(result.value));
  Require(result.ok() || result.value == 0);
  if (result.problem != NumberProblem::kOtherDialect) return;
  const NumberDialect other =
      dialect == NumberDialect::kEnglish ? NumberDialect::kFrench : NumberDialect::kEnglish;
  const NumberProblem there = ParseNumber(text, other).problem;
  Require(there == NumberProblem::kNone || there == NumberProblem::kNotFinite);
}

// A file whose dialect is decided holds no number of the other one alone.
void CheckFinder(absl::string_view text) {
  NumberDialectFinder finder;
  for (absl::string_view cell : absl::StrSplit(text, '\n')) finder.See(cell);
  if (finder.finding() == NumberDialectFinder::Finding::kMixed) {
    Require(!finder.english_example().empty() && !finder.french_example().empty());
  }
  if (finder.finding() != NumberDialectFinder::Finding::kDecided) return;
  for (absl::string_view cell : absl::StrSplit(text, '\n')) {
    Require(ParseNumber(cell, finder.dialect()).problem != NumberProblem::kOtherDialect);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text = jalon::TextOf(data, size);
  for (absl::string_view cell : absl::StrSplit(text, '\n')) {
    CheckNumber(cell, NumberDialect::kEnglish);
    CheckNumber(cell, NumberDialect::kFrench);
  }
  CheckFinder(text);
  return 0;
}
