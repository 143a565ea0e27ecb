// Rules for ids and labels that come from files.
#ifndef JALON_SERVER_INGEST_TEXT_RULES_H_
#define JALON_SERVER_INGEST_TEXT_RULES_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace jalon::server {

inline constexpr size_t kMaxIdBytes = 64;
inline constexpr int64_t kMaxLabelCharacters = 200;

// A broken rule of a text: `rule` for people, `reason` stable.
struct TextProblem {
  std::string rule;
  absl::string_view reason;
};

// Ids are 1 to 64 bytes of A-Z a-z 0-9 . _ - (reasons EMPTY_ID, BAD_ID).
// They stay text: `00991739` keeps its zeros.
std::optional<TextProblem> CheckId(absl::string_view id);

// Labels are at most 200 characters of well-formed UTF-8 (TOO_LONG) without control,
// line-break or direction-changing characters (CONTROL_CHARACTER). An empty label is fine.
std::optional<TextProblem> CheckLabel(absl::string_view label);

// An id made from a label: accents of Latin letters removed, every run of other characters becomes
// one `-`, none at the ends. `Île-de-France (sud)` gives `Ile-de-France-sud`; text without any
// usable character gives an empty id. Not unique: callers check for collisions.
std::string MakeId(absl::string_view label);

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_TEXT_RULES_H_
