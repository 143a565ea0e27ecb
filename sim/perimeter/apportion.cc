#include "sim/perimeter/apportion.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace jalon::sim {
namespace {

// The parts with a share, those next in line for one more first.
std::vector<size_t> InLine(std::span<const double> shares, std::span<const double> due) {
  std::vector<size_t> line;
  for (size_t j = 0; j < shares.size(); ++j) {
    if (shares[j] > 0) line.push_back(j);
  }
  std::stable_sort(line.begin(), line.end(), [&](size_t a, size_t b) {
    return due[a] != due[b] ? due[a] > due[b] : shares[a] > shares[b];
  });
  return line;
}

size_t LargestOf(std::span<const double> shares) {
  return static_cast<size_t>(std::max_element(shares.begin(), shares.end()) - shares.begin());
}

}  // namespace

std::vector<double> SplitWhole(double value, std::span<const double> shares,
                               std::span<double> carry) {
  std::vector<double> parts(shares.size());
  std::vector<double> due(shares.size());
  double rest = value;
  for (size_t j = 0; j < shares.size(); ++j) {
    const double quota = value * shares[j];
    parts[j] = std::floor(quota);
    due[j] = quota - parts[j] + (carry.empty() ? 0.0 : carry[j]);
    rest -= parts[j];
  }
  // Quotas of figures near 2^53 are rounded themselves: what that loses goes to the largest share.
  if (rest < 0 || rest > static_cast<double>(shares.size())) {
    parts[LargestOf(shares)] += rest;
    rest = 0;
  }
  const std::vector<size_t> line = InLine(shares, due);
  for (size_t i = 0; rest > 0; i = (i + 1) % line.size(), rest -= 1) {
    parts[line[i]] += 1;
    due[line[i]] -= 1;
  }
  std::copy_n(due.begin(), carry.size(), carry.begin());
  return parts;
}

std::vector<double> SplitExact(double value, std::span<const double> shares) {
  std::vector<double> parts(shares.size());
  double rest = value;
  for (size_t j = 0; j < shares.size(); ++j) {
    // The sum lies in [value, 2 value], where the difference is exact: the part is a multiple of
    // the last place of `value`.
    const double sum = value + value * shares[j];
    parts[j] = sum - value;
    rest -= parts[j];
  }
  if (!parts.empty()) parts[LargestOf(shares)] += rest;
  return parts;
}

}  // namespace jalon::sim
