#include "sim/network/expression_lexer.h"

#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "sim/base/text.h"

namespace jalon::sim {
namespace {

using Type = ExpressionToken::Type;

bool IsIdByte(char c) { return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-'; }
bool IsPunctuator(char c) { return absl::string_view("+-*/()").find(c) != absl::string_view::npos; }

class Lexer {
 public:
  explicit Lexer(absl::string_view text) : text_(text) {}

  std::vector<ExpressionToken> Run() {
    while (true) {
      while (at_ < text_.size() && absl::ascii_isspace(text_[at_])) ++at_;
      if (at_ == text_.size()) break;
      tokens_.push_back(Next());
    }
    tokens_.push_back({.column = static_cast<int>(at_) + 1});
    return std::move(tokens_);
  }

 private:
  ExpressionToken Next() {
    const char c = text_[at_];
    if (c == '"') return Quoted();
    if (absl::ascii_isalpha(c)) return Taken(Type::kName, IdEnd());
    if (absl::ascii_isdigit(c) || c == '.') return Number();
    return Taken(IsPunctuator(c) ? Type::kPunctuator : Type::kUnknown, at_ + 1);
  }

  size_t IdEnd() const {
    size_t end = at_;
    while (end < text_.size() && IsIdByte(text_[end])) ++end;
    return end;
  }

  ExpressionToken Taken(Type type, size_t end) {
    ExpressionToken token{.type = type,
                          .text = std::string(text_.substr(at_, end - at_)),
                          .column = static_cast<int>(at_) + 1};
    at_ = end;
    return token;
  }

  // Everything up to the next quote, which must be an id.
  ExpressionToken Quoted() {
    const size_t close = text_.find('"', at_ + 1);
    if (close == absl::string_view::npos) return Taken(Type::kUnknown, text_.size());
    ExpressionToken token = Taken(Type::kName, close + 1);
    token.quoted = true;
    token.text = token.text.substr(1, token.text.size() - 2);
    if (!IsId(token.text)) token.type = Type::kUnknown;
    return token;
  }

  // Digits with a decimal point and an exponent; a letter right behind them makes it no number.
  ExpressionToken Number() {
    size_t end = SkipDigits(at_);
    if (end < text_.size() && text_[end] == '.') end = SkipDigits(end + 1);
    end = SkipExponent(end);
    while (end < text_.size() && (absl::ascii_isalpha(text_[end]) || text_[end] == '_')) ++end;
    ExpressionToken token = Taken(Type::kNumber, end);
    if (!absl::SimpleAtod(token.text, &token.number) || !std::isfinite(token.number)) {
      token.type = Type::kUnknown;
    }
    return token;
  }

  size_t SkipDigits(size_t end) const {
    while (end < text_.size() && absl::ascii_isdigit(text_[end])) ++end;
    return end;
  }

  size_t SkipExponent(size_t end) const {
    if (end == text_.size() || (text_[end] != 'e' && text_[end] != 'E')) return end;
    const bool is_signed =
        end + 1 < text_.size() && (text_[end + 1] == '+' || text_[end + 1] == '-');
    const size_t digits = SkipDigits(end + (is_signed ? 2 : 1));
    return digits > end + (is_signed ? 2 : 1) ? digits : end;
  }

  absl::string_view text_;
  size_t at_ = 0;
  std::vector<ExpressionToken> tokens_;
};

}  // namespace

std::vector<ExpressionToken> ReadTokens(absl::string_view text) { return Lexer(text).Run(); }

}  // namespace jalon::sim
