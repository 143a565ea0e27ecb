// Formulas cut into tokens. Internal to sim/drivers.
#ifndef JALON_SIM_DRIVERS_FORMULA_TOKENS_H_
#define JALON_SIM_DRIVERS_FORMULA_TOKENS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sim/base/violation.h"

namespace jalon::sim {

struct FormulaToken {
  enum class Kind {
    kNumber,
    kName,        // a bare name: a driver or a function
    kQuotedName,  // a name in double quotes: always a driver
    kSymbol,      // one of + - * / ( ) ,
    kEnd,
  };
  Kind kind = Kind::kEnd;
  // The symbol or the name, without quotes.
  std::string text;
  double number = 0.0;
  // Byte it starts at, from 1.
  int64_t column = 0;
};

// The tokens of `text`, ended by one kEnd. What fits no token is told to `violations` (BAD_FORMULA,
// at its column) and passed over, so that one reading finds every problem.
std::vector<FormulaToken> FormulaTokens(absl::string_view text, Violations& violations);

}  // namespace jalon::sim

#endif  // JALON_SIM_DRIVERS_FORMULA_TOKENS_H_
