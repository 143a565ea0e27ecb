// What fuzz targets share: a check that holds in every build, and the split of an input.
#ifndef JALON_TESTS_FUZZ_FUZZ_UTIL_H_
#define JALON_TESTS_FUZZ_FUZZ_UTIL_H_

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/strings/string_view.h"

namespace jalon {

// Stops the target, which libFuzzer reports with the input.
inline void Require(bool holds) {
  if (!holds) std::abort();
}

inline absl::string_view TextOf(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// The first line (without its end) and the rest: corpora keep a target's options readable.
inline std::pair<absl::string_view, absl::string_view> CutLine(absl::string_view text) {
  const size_t end = text.find('\n');
  if (end == absl::string_view::npos) return {text, ""};
  return {text.substr(0, end), text.substr(end + 1)};
}

}  // namespace jalon

#endif  // JALON_TESTS_FUZZ_FUZZ_UTIL_H_
