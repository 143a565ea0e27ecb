#include "sim/drivers/formula_tokens.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sim/base/text.h"

namespace jalon::sim {
namespace {

using Kind = FormulaToken::Kind;

bool ContinuesName(char c) { return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '-'; }
bool ContinuesNumber(char c) { return absl::ascii_isalnum(c) || c == '_' || c == '.'; }
bool IsSymbol(char c) { return absl::string_view("+-*/(),").find(c) != absl::string_view::npos; }

class Lexer {
 public:
  Lexer(absl::string_view text, Violations& violations) : text_(text), violations_(violations) {}

  std::vector<FormulaToken> Run() {
    while (at_ < text_.size()) Step();
    tokens_.push_back({.kind = Kind::kEnd, .column = Column(at_)});
    return std::move(tokens_);
  }

 private:
  static int64_t Column(size_t at) { return static_cast<int64_t>(at) + 1; }

  void Step() {
    const char c = text_[at_];
    if (absl::ascii_isspace(c)) {
      ++at_;
    } else if (absl::ascii_isdigit(c) || c == '.') {
      TakeNumber();
    } else if (absl::ascii_isalpha(c)) {
      Push(Kind::kName, TakeWhile(ContinuesName));
    } else if (c == '"') {
      TakeQuotes();
    } else if (IsSymbol(c)) {
      Push(Kind::kSymbol, text_.substr(at_, 1));
      ++at_;
    } else {
      TakeStranger();
    }
  }

  template <typename Belongs>
  absl::string_view TakeWhile(Belongs belongs) {
    const size_t first = at_;
    start_ = first;
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    return text_.substr(first, at_ - first);
  }

  void Push(Kind kind, absl::string_view text) {
    const size_t start = kind == Kind::kSymbol ? at_ : start_;
    tokens_.push_back({.kind = kind, .text = std::string(text), .column = Column(start)});
  }

  void TakeNumber() {
    const absl::string_view text = TakeWhile(ContinuesNumber);
    double number = 0.0;
    const bool plain = text.find_first_not_of("0123456789.") == absl::string_view::npos;
    if (!plain || !absl::SimpleAtod(text, &number)) {
      Refuse(start_, text, "must be a number as in 0.5, or an id in double quotes");
    }
    // Stands for the number that should be there, so that what follows is read too.
    tokens_.push_back({.kind = Kind::kNumber, .number = number, .column = Column(start_)});
  }

  void TakeQuotes() {
    start_ = at_;
    const size_t end = text_.find('"', at_ + 1);
    if (end == absl::string_view::npos) {
      Refuse(start_, text_.substr(start_), "must end with a double quote");
      at_ = text_.size();
      return;
    }
    Push(Kind::kQuotedName, text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
  }

  // A whole run of characters that mean nothing is one problem. Its first one may be an underscore,
  // which goes on in a name but begins none.
  void TakeStranger() {
    start_ = at_++;
    while (at_ < text_.size() && !absl::ascii_isspace(text_[at_]) &&
           (text_[at_] == '_' || !ContinuesName(text_[at_])) && !IsSymbol(text_[at_]) &&
           text_[at_] != '"') {
      ++at_;
    }
    Refuse(start_, text_.substr(start_, at_ - start_),
           "must be numbers, ids, + - * / ( ) and commas");
  }

  void Refuse(size_t at, absl::string_view value, absl::string_view rule) {
    violations_.Add({.field = "formula",
                     .value = Printable(value),
                     .rule = absl::StrCat(rule, " (character ", Column(at), ")"),
                     .reason = "BAD_FORMULA",
                     .column = Column(at)});
  }

  absl::string_view text_;
  Violations& violations_;
  size_t at_ = 0;
  // Where the token being read began.
  size_t start_ = 0;
  std::vector<FormulaToken> tokens_;
};

}  // namespace

std::vector<FormulaToken> FormulaTokens(absl::string_view text, Violations& violations) {
  return Lexer(text, violations).Run();
}

}  // namespace jalon::sim
