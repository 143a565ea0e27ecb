// Numbers as people write them, in English and French, and how to tell which.
//
// English: point for decimals, comma between thousands (`1,234.5`). French: comma for decimals,
// spaces or no-break spaces between thousands (`1 234,5`). One dialect rules a whole file; a file
// that mixes them is refused, since `1,234` would be read wrong by a factor of 1,000.
#ifndef JALON_SERVER_INGEST_NUMBERS_H_
#define JALON_SERVER_INGEST_NUMBERS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace jalon::server {

enum class NumberDialect { kEnglish, kFrench };

// `en` or `fr`.
absl::string_view NumberDialectName(NumberDialect dialect);

// Why a text is not a number; kNone when it is.
enum class NumberProblem {
  kNone,
  kEmpty,         // nothing but blanks
  kText,          // not a number in either dialect
  kNotFinite,     // NaN, infinity, or beyond the range of a double
  kOtherDialect,  // a number, but only in the other dialect
};

struct NumberResult {
  // Finite; 0 when there is a problem. `12 %` is 0.12.
  double value = 0;
  NumberProblem problem = NumberProblem::kNone;
  // The text carried a `%` sign.
  bool percent = false;

  bool ok() const { return problem == NumberProblem::kNone; }
};

// Reads `text`: an optional sign (+ or -), digits with well-placed group marks (groups of three
// after the first), decimals, an exponent (`e` or `E`, without group marks), a `%`. Blanks at both
// ends are ignored. The value is the nearest double. Space, U+00A0 and U+202F group thousands in
// both dialects, the comma in English only. Cost: about 20 ns.
NumberResult ParseNumber(absl::string_view text, NumberDialect dialect);

// Finds the dialect of a file from the cells of its number columns.
//
// A point decides for English and a comma for French, except `1,234`, which is a number in both:
// such cells follow the dialect that other cells decide. When they decide for English only by a
// point, `1,234` stays ambiguous unless some cell shows commas that can only group (`1,234.5`,
// `1,234,567`). Thread-compatible.
class NumberDialectFinder {
 public:
  // Takes one cell into account.
  void See(absl::string_view text);

  enum class Finding {
    kDecided,    // dialect() says which
    kNoMarks,    // no cell has a decimal mark: both dialects read the file alike
    kMixed,      // some cells are English only, some French only
    kAmbiguous,  // `1,234` and nothing to tell what it means
  };
  Finding finding() const;
  // The dialect when kDecided; kEnglish when kNoMarks; that of most cells when kMixed, so that the
  // others can be reported one by one.
  NumberDialect dialect() const;
  // The first cells that spoke for each side or were ambiguous; empty when none did.
  const std::string& english_example() const { return english_example_; }
  const std::string& french_example() const { return french_example_; }
  const std::string& ambiguous_example() const { return ambiguous_example_; }

 private:
  std::string english_example_;
  std::string french_example_;
  std::string ambiguous_example_;
  int64_t english_cells_ = 0;
  int64_t french_cells_ = 0;
  bool commas_group_ = false;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_NUMBERS_H_
