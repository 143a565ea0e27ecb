// Where the series of a range stand among the realisations, without a search.
#ifndef JALON_SIM_ENGINE_ROW_INDEX_H_
#define JALON_SIM_ENGINE_ROW_INDEX_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "sim/network/network.h"
#include "sim/network/realisations.h"

namespace jalon::sim {

// First rows of every unit of every indicator: a request asks tens of thousands of ranges. Refers
// to the realisations, which must outlive it.
class RowIndex {
 public:
  RowIndex(const Network& network, const Realisations& realisations);

  // Calls `visit(row)` for each row inside `range`, ascending, until it returns false. The range is
  // one of the network, or of no indicator.
  template <typename Visit>
  void ForEachWhile(const NodeRange& range, const Visit& visit) const {
    if (range.indicator < 0) return;
    const int end = FirstOf(range.indicator, range.unit_end);
    for (int row = FirstOf(range.indicator, range.unit_first); row < end; ++row) {
      if (range.contains(realisations_.key(row)) && !visit(row)) return;
    }
  }

  template <typename Visit>
  void ForEach(const NodeRange& range, const Visit& visit) const {
    ForEachWhile(range, [&](int row) {
      visit(row);
      return true;
    });
  }

  // Whether any series stands inside `range`.
  bool Any(const NodeRange& range) const {
    bool found = false;
    ForEachWhile(range, [&](int) {
      found = true;
      return false;
    });
    return found;
  }

 private:
  int FirstOf(int indicator, int unit) const {
    return first_[static_cast<size_t>(indicator) * stride_ + unit];
  }

  const Realisations& realisations_;
  size_t stride_;
  // [indicator x (unit, then the end)]: the first row at or after it.
  std::vector<int> first_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_ROW_INDEX_H_
