#ifndef JALON_TESTS_SUPPORT_SANITIZED_H_
#define JALON_TESTS_SUPPORT_SANITIZED_H_

namespace jalon {

// Whether a sanitizer watches (JALON_SANITIZE). It shows in a few random cases what the other
// builds need many for.
#ifdef JALON_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace jalon

#endif  // JALON_TESTS_SUPPORT_SANITIZED_H_
