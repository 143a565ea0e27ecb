// Two small pattern languages of a column mapping.
//
// A template builds a text from a row: `{region}-{branch}`, or `all` for a constant. `{{` stands
// for a brace. A heading pattern takes a column's name apart: `{region:3}{purpose}` reads `AAAHol`
// as region `AAA`, purpose `Hol`; `['{sex}', '{state}']` reads `['Males', 'Victoria']`.
#ifndef JALON_SERVER_INGEST_TEXT_TEMPLATE_H_
#define JALON_SERVER_INGEST_TEXT_TEMPLATE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace jalon::server {

// A piece of a template or pattern: literal text, or a reference to a column or capture.
struct TemplatePart {
  bool is_reference = false;
  // The literal, or the name referred to.
  std::string text;
  // In patterns: characters (bytes) taken; 0 takes up to the next literal or the end.
  int width = 0;

  friend bool operator==(const TemplatePart&, const TemplatePart&) = default;
};

// A parsed template. Value type.
class TextTemplate {
 public:
  // Errors: kInvalidArgument (unclosed brace, empty reference).
  static absl::StatusOr<TextTemplate> Parse(absl::string_view text);
  // The template `{name}`.
  static TextTemplate Column(absl::string_view name);

  const std::vector<TemplatePart>& parts() const { return parts_; }
  // True without references: the same text for every row.
  bool is_constant() const;
  // Canonical spelling; Parse(ToString()) gives an equal template.
  std::string ToString() const;

  friend bool operator==(const TextTemplate&, const TextTemplate&) = default;

 private:
  std::vector<TemplatePart> parts_;
};

// A parsed heading pattern. Value type.
class HeadingPattern {
 public:
  // Errors: kInvalidArgument (as above; two references in a row of which the first has no width;
  // the same name twice; no reference at all; a width outside 1..1,000).
  static absl::StatusOr<HeadingPattern> Parse(absl::string_view text);

  // The captured texts in the order of `names()`, each non-empty, when the whole `heading` matches.
  std::optional<std::vector<std::string>> Match(absl::string_view heading) const;
  const std::vector<std::string>& names() const { return names_; }
  std::string ToString() const;

  friend bool operator==(const HeadingPattern&, const HeadingPattern&) = default;

 private:
  std::vector<TemplatePart> parts_;
  std::vector<std::string> names_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_TEXT_TEMPLATE_H_
