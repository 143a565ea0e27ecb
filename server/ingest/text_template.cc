#include "server/ingest/text_template.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/ingest/encoding.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

constexpr int kMaxWidth = 1'000;

// Splits text into literals and `{references}`; widths are still inside the reference's text.
absl::StatusOr<std::vector<TemplatePart>> Split(absl::string_view text) {
  std::vector<TemplatePart> parts;
  std::string literal;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') {
      literal.push_back(text[i]);
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '{') {
      literal.push_back('{');
      ++i;
      continue;
    }
    const size_t close = text.find('}', i);
    if (close == absl::string_view::npos) {
      return absl::InvalidArgumentError("must close every `{` with `}` (`{{` is a plain brace)");
    }
    const absl::string_view name = TrimBlanks(text.substr(i + 1, close - i - 1));
    if (name.empty()) return absl::InvalidArgumentError("must name a column between `{` and `}`");
    if (absl::StrContains(name, '{')) {
      return absl::InvalidArgumentError("must close a `{` before the next one");
    }
    if (!literal.empty()) parts.push_back({false, std::exchange(literal, "")});
    parts.push_back({true, std::string(name)});
    i = close;
  }
  if (!literal.empty()) parts.push_back({false, literal});
  return parts;
}

std::string Spell(const std::vector<TemplatePart>& parts) {
  std::string text;
  for (const TemplatePart& part : parts) {
    if (!part.is_reference) {
      absl::StrAppend(&text, absl::StrReplaceAll(part.text, {{"{", "{{"}}));
    } else if (part.width > 0) {
      absl::StrAppend(&text, "{", part.text, ":", part.width, "}");
    } else {
      absl::StrAppend(&text, "{", part.text, "}");
    }
  }
  return text;
}

// Moves `:3` from the name of a reference into its width.
absl::Status TakeWidth(TemplatePart& part) {
  const size_t colon = part.text.rfind(':');
  if (colon == std::string::npos) return absl::OkStatus();
  if (!absl::SimpleAtoi(part.text.substr(colon + 1), &part.width) || part.width < 1 ||
      part.width > kMaxWidth || colon == 0) {
    return absl::InvalidArgumentError("must give widths as `{name:3}`, from 1 to 1,000");
  }
  part.text.resize(colon);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TextTemplate> TextTemplate::Parse(absl::string_view text) {
  TextTemplate result;
  JALON_ASSIGN_OR_RETURN(result.parts_, Split(text));
  return result;
}

TextTemplate TextTemplate::Column(absl::string_view name) {
  TextTemplate result;
  result.parts_.push_back({true, std::string(name)});
  return result;
}

bool TextTemplate::is_constant() const {
  return std::none_of(parts_.begin(), parts_.end(),
                      [](const TemplatePart& part) { return part.is_reference; });
}

std::string TextTemplate::ToString() const { return Spell(parts_); }

absl::StatusOr<HeadingPattern> HeadingPattern::Parse(absl::string_view text) {
  HeadingPattern pattern;
  JALON_ASSIGN_OR_RETURN(pattern.parts_, Split(text));
  for (size_t i = 0; i < pattern.parts_.size(); ++i) {
    TemplatePart& part = pattern.parts_[i];
    if (!part.is_reference) continue;
    JALON_RETURN_IF_ERROR(TakeWidth(part));
    if (i + 1 < pattern.parts_.size() && pattern.parts_[i + 1].is_reference && part.width == 0) {
      return absl::InvalidArgumentError(
          "must separate two captures by text, or give the first a width");
    }
    if (std::find(pattern.names_.begin(), pattern.names_.end(), part.text) !=
        pattern.names_.end()) {
      return absl::InvalidArgumentError("must not capture one name twice");
    }
    pattern.names_.push_back(part.text);
  }
  if (pattern.names_.empty()) return absl::InvalidArgumentError("must capture something");
  return pattern;
}

std::optional<std::vector<std::string>> HeadingPattern::Match(absl::string_view heading) const {
  std::vector<std::string> captures;
  captures.reserve(names_.size());
  for (size_t i = 0; i < parts_.size(); ++i) {
    const TemplatePart& part = parts_[i];
    if (!part.is_reference) {
      if (!absl::StartsWith(heading, part.text)) return std::nullopt;
      heading.remove_prefix(part.text.size());
      continue;
    }
    size_t width = static_cast<size_t>(part.width);
    if (width == 0) {
      width = i + 1 < parts_.size() ? heading.find(parts_[i + 1].text) : heading.size();
    }
    if (width == 0 || width == absl::string_view::npos || width > heading.size()) {
      return std::nullopt;
    }
    captures.emplace_back(heading.substr(0, width));
    heading.remove_prefix(width);
  }
  if (!heading.empty()) return std::nullopt;
  return captures;
}

std::string HeadingPattern::ToString() const { return Spell(parts_); }

}  // namespace jalon::server
