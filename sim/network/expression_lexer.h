// Words of an expression. Internal to sim/network.
#ifndef JALON_SIM_NETWORK_EXPRESSION_LEXER_H_
#define JALON_SIM_NETWORK_EXPRESSION_LEXER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace jalon::sim {

struct ExpressionToken {
  enum class Type {
    kNumber,
    kName,        // an id, quoted or not
    kPunctuator,  // one of + - * / ( )
    kUnknown,     // a byte that starts nothing, a number or a quoted id that is none
    kEnd,
  };
  Type type = Type::kEnd;
  // The token as written, without quotes for a name.
  std::string text;
  double number = 0.0;
  bool quoted = false;
  // 1-based byte of the text.
  int column = 0;

  bool Is(char punctuator) const { return type == Type::kPunctuator && text[0] == punctuator; }
};

// The tokens of `text`, the last one kEnd. Never fails: what is no token is kUnknown.
std::vector<ExpressionToken> ReadTokens(absl::string_view text);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_EXPRESSION_LEXER_H_
