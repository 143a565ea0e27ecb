// Rules for the texts a caller gives us: ids, slugs, labels.
#ifndef JALON_SIM_BASE_TEXT_H_
#define JALON_SIM_BASE_TEXT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "sim/base/violation.h"

namespace jalon::sim {

inline constexpr int kMaxIdBytes = 64;
inline constexpr int kMaxLabelCharacters = 200;

// 1 to 64 bytes of [A-Za-z0-9._-].
bool IsId(absl::string_view text);

// 1 to 64 bytes of [a-z0-9-], starting and ending with a letter or a digit.
bool IsSlug(absl::string_view text);

// Number of characters (code points) of a UTF-8 text, or -1 when it is not UTF-8 (overlong forms,
// surrogates and code points above U+10FFFF are not).
int CountCharacters(absl::string_view text);

// True when `text`, which is UTF-8, has a control character: U+0000 to U+001F, U+007F to U+009F.
bool HasControlCharacter(absl::string_view text);

// `text` when it is UTF-8 without control characters; else its bytes outside printable ASCII as
// \xNN.
std::string Printable(absl::string_view text);

// The rule `id` breaks as an id, told at `field` (reasons EMPTY_ID, BAD_ID).
std::optional<Violation> IdProblem(absl::string_view id, std::string field);

// The rule `slug` breaks as a slug, told at `field` (reasons EMPTY_ID, BAD_SLUG).
std::optional<Violation> SlugProblem(absl::string_view slug, std::string field);

// The rule `label` breaks: UTF-8 (NOT_UTF8), no control character (CONTROL_CHARACTER), at most 200
// characters (TOO_LONG). An empty label is fine.
std::optional<Violation> LabelProblem(absl::string_view label, std::string field);

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_TEXT_H_
