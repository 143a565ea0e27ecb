#include "sim/engine/row_index.h"

namespace jalon::sim {

RowIndex::RowIndex(const Network& network, const Realisations& realisations)
    : realisations_(realisations), stride_(static_cast<size_t>(network.unit_count()) + 1) {
  first_.reserve(network.indicator_count() * stride_);
  int row = 0;
  for (int k = 0; k < network.indicator_count(); ++k) {
    for (int u = 0; u < network.unit_count(); ++u) {
      first_.push_back(row);
      while (row < realisations.series_count() && realisations.key(row).indicator == k &&
             realisations.key(row).unit == u) {
        ++row;
      }
    }
    first_.push_back(row);
  }
}

}  // namespace jalon::sim
