#include "sim/network/means_table.h"

#include <algorithm>
#include <cmath>

namespace jalon::sim {

bool operator==(const MeanSeries& a, const MeanSeries& b) {
  const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  return a.mean == b.mean && a.unit == b.unit && a.first == b.first && a.planned == b.planned &&
         std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(), same);
}

}  // namespace jalon::sim
