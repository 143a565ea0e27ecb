// Formulas over drivers, as authorities write them: `0.5 * (mean(inflation, 6) + mean(estr, 6))`.
#ifndef JALON_SIM_DRIVERS_FORMULA_H_
#define JALON_SIM_DRIVERS_FORMULA_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jalon::sim {

inline constexpr int kMaxFormulaBytes = 1'000;
inline constexpr int kMaxFormulaDepth = 32;
// Periods that `mean` covers and that `lag` goes back, at most.
inline constexpr int kMaxFormulaPeriods = 60;
// Periods before its own that a whole formula may need, lags inside lags included.
inline constexpr int kMaxFormulaReach = 120;
// Operations of one evaluation: means of means of means multiply.
inline constexpr int kMaxFormulaSteps = 10'000;

// A parsed formula. Immutable, thread-compatible.
//
//   sum      product { (`+` | `-`) product }
//   product  sign { (`*` | `/`) sign }
//   sign     { `-` } primary
//   primary  number | driver | call | `(` sum `)`
//   call     `min` `(` sum {`,` sum} `)` | `max` `(` ... `)`       one argument or more
//          | `mean` `(` sum `,` k `)`                              over the last k periods, 1 to 60
//          | `lag` `(` sum `,` k `)`                               k periods ago, 0 to 60
//   driver   a letter, then letters, digits, `_`, `.`, `-`; other ids in double quotes. A minus
//            after an id wants a blank before it: `a - b`
//   number   digits with a decimal point, as `0.5`; a decimal comma is refused
class Formula {
 public:
  // Value of driver `index` (into drivers()) at a period; NaN where it is not known.
  using Values = std::function<double(int index, int period)>;

  // Errors: kInvalidArgument with every problem found, each naming the character it stands at
  // (`column`, from 1). Reasons: EMPTY, TOO_LONG, BAD_FORMULA, BAD_ID, TOO_DEEP, OUT_OF_RANGE.
  static absl::StatusOr<Formula> Parse(absl::string_view text);

  // Ids it refers to, sorted, each once.
  const std::vector<std::string>& drivers() const { return drivers_; }
  // Periods before its own that it looks back: 5 for mean(x, 6).
  int reach() const { return reach_; }

  // The value at `period`; NaN where a value it needs is not known, on a division by zero and
  // when the result is not finite. Only + - * /, comparisons: same bits everywhere.
  // Cost: one call of `values` per driver and period it looks at.
  double At(int period, const Values& values) const;

 private:
  friend class FormulaParser;

  enum class Op {
    kNumber,
    kDriver,
    kNegate,
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kMin,
    kMax,
    kMean,
    kLag
  };
  struct Node {
    Op op = Op::kNumber;
    double number = 0.0;
    // kDriver: index into drivers_. kMean, kLag: periods.
    int count = 0;
    // Indices into nodes_.
    std::vector<int> arguments;
  };

  Formula() = default;
  double Eval(int node, int period, const Values& values) const;
  double EvalMean(const Node& node, int period, const Values& values) const;
  int ReachOf(int node) const;
  double StepsOf(int node) const;

  std::vector<Node> nodes_;
  int root_ = 0;
  std::vector<std::string> drivers_;
  int reach_ = 0;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_DRIVERS_FORMULA_H_
