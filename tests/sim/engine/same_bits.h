#ifndef JALON_TESTS_SIM_ENGINE_SAME_BITS_H_
#define JALON_TESTS_SIM_ENGINE_SAME_BITS_H_

#include <cstring>
#include <vector>

namespace jalon::sim {

// Equality of bits, so that -0 and NaN payloads would show.
inline bool SameBits(const std::vector<double>& a, const std::vector<double>& b) {
  // Empty ones may have null data, which memcmp must not be given.
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_ENGINE_SAME_BITS_H_
