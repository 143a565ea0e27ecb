#include "sim/drivers/formula.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/missing.h"
#include "sim/base/text.h"
#include "sim/base/violation.h"
#include "sim/drivers/formula_tokens.h"

namespace jalon::sim {
namespace {

double Known(double value) { return std::isfinite(value) ? value : kMissing; }

}  // namespace

// Recursive descent over the tokens. A problem is told once and its place read as 0, so that
// problems further on are found in the same reading.
class FormulaParser {
 public:
  explicit FormulaParser(absl::string_view text) { tokens_ = FormulaTokens(text, violations_); }

  absl::StatusOr<Formula> Run() {
    formula_.root_ = Sum();
    if (!Is(FormulaToken::Kind::kEnd)) Refuse(Now(), "must end here, or go on with + - * /");
    NumberDrivers();
    if (!violations_.empty()) return violations_.ToStatus();
    formula_.reach_ = formula_.ReachOf(formula_.root_);
    CheckSize();
    if (!violations_.empty()) return violations_.ToStatus();
    return std::move(formula_);
  }

 private:
  using Kind = FormulaToken::Kind;
  using Op = Formula::Op;
  struct Problem {
    std::string rule;
    absl::string_view reason;
  };

  const FormulaToken& Now() const { return tokens_[at_]; }
  bool Is(Kind kind) const { return Now().kind == kind; }
  bool IsSymbol(char c) const { return Is(Kind::kSymbol) && Now().text[0] == c; }
  void Advance() {
    if (!Is(Kind::kEnd)) ++at_;
  }

  // Only the first misplaced token is told: after it the parser no longer knows where it is.
  void Refuse(const FormulaToken& token, absl::string_view rule) {
    Tell(token, token.kind == Kind::kEnd ? "end of the formula" : token.text,
         {std::string(rule), "BAD_FORMULA"});
    lost_ = true;
  }

  void Tell(const FormulaToken& token, absl::string_view value, const Problem& problem) {
    if (lost_) return;
    violations_.Add({.field = "formula",
                     .value = Printable(value),
                     .rule = absl::StrCat(problem.rule, " (character ", token.column, ")"),
                     .reason = std::string(problem.reason),
                     .column = token.column});
  }

  int Add(Formula::Node node) {
    formula_.nodes_.push_back(std::move(node));
    return static_cast<int>(formula_.nodes_.size()) - 1;
  }
  int Binary(Op op, int left, int right) { return Add({.op = op, .arguments = {left, right}}); }

  int Sum() {
    int left = Product();
    while (IsSymbol('+') || IsSymbol('-')) {
      const Op op = IsSymbol('+') ? Op::kAdd : Op::kSubtract;
      Advance();
      left = Binary(op, left, Product());
    }
    return left;
  }

  int Product() {
    int left = Sign();
    while (IsSymbol('*') || IsSymbol('/')) {
      const Op op = IsSymbol('*') ? Op::kMultiply : Op::kDivide;
      Advance();
      left = Binary(op, left, Sign());
    }
    return left;
  }

  int Sign() {
    bool negative = false;
    while (IsSymbol('-')) {
      negative = !negative;
      Advance();
    }
    const int operand = Primary();
    return negative ? Add({.op = Op::kNegate, .arguments = {operand}}) : operand;
  }

  int Primary() {
    const FormulaToken token = Now();
    if (Is(Kind::kNumber)) {
      Advance();
      return Add({.op = Op::kNumber, .number = token.number});
    }
    if (IsSymbol('(')) return Group();
    if (Is(Kind::kName) || Is(Kind::kQuotedName)) {
      Advance();
      return token.kind == Kind::kName && IsSymbol('(') ? Call(token) : DriverNode(token);
    }
    Refuse(token, "must be a number, the id of a driver, a function or (");
    Advance();
    return Add({});
  }

  int Group() {
    const FormulaToken open = Now();
    Advance();
    if (!Enter(open)) return Add({});
    const int inside = Sum();
    --depth_;
    Close(open);
    return inside;
  }

  void Close(const FormulaToken& open) {
    if (IsSymbol(')')) return Advance();
    Refuse(Now(),
           absl::StrCat("must be ) for the ( of character ", open.column,
                        ", or + - * / (numbers have a decimal point, commas part arguments)"));
  }

  // Deeper than that the rest is not read.
  bool Enter(const FormulaToken& token) {
    if (++depth_ <= kMaxFormulaDepth) return true;
    Tell(token, token.text,
         {absl::StrCat("must not nest deeper than ", kMaxFormulaDepth), "TOO_DEEP"});
    lost_ = true;
    at_ = tokens_.size() - 1;
    return false;
  }

  int DriverNode(const FormulaToken& token) {
    if (!IsId(token.text)) {
      Tell(token, token.text, {"must be an id: 1 to 64 of A-Z a-z 0-9 . _ -", "BAD_ID"});
    }
    formula_.drivers_.push_back(token.text);
    return Add({.op = Op::kDriver, .count = static_cast<int>(formula_.drivers_.size()) - 1});
  }

  int Call(const FormulaToken& name) {
    const FormulaToken open = Now();
    Advance();
    if (!Enter(open)) return Add({});
    Formula::Node node{.op = OpOf(name)};
    node.arguments.push_back(Sum());
    const bool windowed = node.op == Op::kMean || node.op == Op::kLag;
    if (windowed) {
      node.count = Periods(name, node.op == Op::kMean ? 1 : 0);
    } else {
      while (IsSymbol(',')) {
        Advance();
        node.arguments.push_back(Sum());
      }
    }
    --depth_;
    Close(open);
    return Add(std::move(node));
  }

  Op OpOf(const FormulaToken& name) {
    if (name.text == "min") return Op::kMin;
    if (name.text == "max") return Op::kMax;
    if (name.text == "mean") return Op::kMean;
    if (name.text == "lag") return Op::kLag;
    Tell(name, name.text, {"must be min, max, mean or lag", "BAD_FORMULA"});
    return Op::kMin;
  }

  // `, k` of mean and lag.
  int Periods(const FormulaToken& name, int least) {
    if (!IsSymbol(',')) {
      Refuse(Now(), absl::StrCat("must be , and a number of periods: ", name.text, "(x, 6)"));
      return least;
    }
    Advance();
    const FormulaToken token = Now();
    if (!Is(Kind::kNumber)) {
      Refuse(token, "must be a number of periods");
      return least;
    }
    Advance();
    const double number = token.number;
    const bool fits =
        number >= least && number <= kMaxFormulaPeriods && number == static_cast<int>(number);
    if (fits) return static_cast<int>(number);
    Tell(
        token, absl::StrCat(number),
        {absl::StrCat("must be a whole number of periods from ", least, " to ", kMaxFormulaPeriods),
         "OUT_OF_RANGE"});
    return least;
  }

  void CheckSize() {
    if (formula_.reach_ > kMaxFormulaReach) {
      Tell(tokens_.front(), absl::StrCat(formula_.reach_),
           {absl::StrCat("must not look back more than ", kMaxFormulaReach, " periods"),
            "OUT_OF_RANGE"});
    }
    const double steps = formula_.StepsOf(formula_.root_);
    if (steps > kMaxFormulaSteps) {
      Tell(tokens_.front(), absl::StrCat(steps),
           {absl::StrCat("must not need more than ", kMaxFormulaSteps,
                         " operations: means of means"),
            "OUT_OF_RANGE"});
    }
  }

  // Names in the order met become sorted distinct ids.
  void NumberDrivers() {
    const std::vector<std::string> met = std::move(formula_.drivers_);
    std::vector<std::string> ids = met;
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (Formula::Node& node : formula_.nodes_) {
      if (node.op != Op::kDriver) continue;
      const auto id = std::lower_bound(ids.begin(), ids.end(), met[node.count]);
      node.count = static_cast<int>(id - ids.begin());
    }
    formula_.drivers_ = std::move(ids);
  }

  Violations violations_;
  std::vector<FormulaToken> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
  bool lost_ = false;
  Formula formula_;
};

absl::StatusOr<Formula> Formula::Parse(absl::string_view text) {
  if (text.find_first_not_of(" \t") == absl::string_view::npos) {
    return ViolationStatus({.field = "formula", .rule = "must not be empty", .reason = "EMPTY"});
  }
  if (text.size() > kMaxFormulaBytes) {
    return ViolationStatus({.field = "formula",
                            .value = Printable(text.substr(0, 60)),
                            .rule = absl::StrCat("must have at most ", kMaxFormulaBytes, " bytes"),
                            .reason = "TOO_LONG"});
  }
  return FormulaParser(text).Run();
}

double Formula::At(int period, const Values& values) const {
  return Known(Eval(root_, period, values));
}

double Formula::Eval(int index, int period, const Values& values) const {
  const Node& node = nodes_[index];
  const auto argument = [&](size_t i) { return Eval(node.arguments[i], period, values); };
  switch (node.op) {
    case Op::kNumber:
      return node.number;
    case Op::kDriver:
      return values(node.count, period);
    case Op::kNegate:
      return -argument(0);
    case Op::kAdd:
      return argument(0) + argument(1);
    case Op::kSubtract:
      return argument(0) - argument(1);
    case Op::kMultiply:
      return argument(0) * argument(1);
    case Op::kDivide: {
      const double divisor = argument(1);
      return divisor == 0.0 ? kMissing : argument(0) / divisor;
    }
    case Op::kMin:
    case Op::kMax: {
      double best = argument(0);
      for (size_t i = 1; i < node.arguments.size(); ++i) {
        const double next = argument(i);
        if (std::isnan(best) || std::isnan(next)) return kMissing;
        best = node.op == Op::kMin ? std::min(best, next) : std::max(best, next);
      }
      return best;
    }
    case Op::kMean:
      return EvalMean(node, period, values);
    case Op::kLag:
      return Eval(node.arguments[0], period - node.count, values);
  }
  return kMissing;
}

double Formula::EvalMean(const Node& node, int period, const Values& values) const {
  double sum = 0.0;
  for (int back = node.count - 1; back >= 0; --back) {
    sum += Eval(node.arguments[0], period - back, values);
  }
  return sum / node.count;
}

int Formula::ReachOf(int index) const {
  const Node& node = nodes_[index];
  int reach = 0;
  for (const int argument : node.arguments) reach = std::max(reach, ReachOf(argument));
  if (node.op == Op::kMean) return reach + node.count - 1;
  return node.op == Op::kLag ? reach + node.count : reach;
}

double Formula::StepsOf(int index) const {
  const Node& node = nodes_[index];
  double steps = 0.0;
  for (const int argument : node.arguments) steps += StepsOf(argument);
  return 1.0 + (node.op == Op::kMean ? steps * node.count : steps);
}

}  // namespace jalon::sim
