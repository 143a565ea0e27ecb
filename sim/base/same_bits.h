#ifndef JALON_SIM_BASE_SAME_BITS_H_
#define JALON_SIM_BASE_SAME_BITS_H_

#include <cstring>
#include <vector>

namespace jalon::sim {

// Equality of bits: missing values are NaN, and equal to each other; 0 and -0 are not.
inline bool HaveSameBits(const std::vector<double>& a, const std::vector<double>& b) {
  // Empty ones may have null data, which memcmp must not be given.
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_SAME_BITS_H_
