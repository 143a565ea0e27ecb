// What the conditional estimator knows of each row before the first path. Internal to sim/kernel.
#ifndef JALON_SIM_KERNEL_CONDITIONAL_TERMS_H_
#define JALON_SIM_KERNEL_CONDITIONAL_TERMS_H_

#include <vector>

#include "sim/kernel/conditional.h"
#include "sim/kernel/law_row.h"
#include "sim/kernel/lognormal.h"

namespace jalon::sim {

// A row with its unit: values are constant + 2^exponent times what `terms` speak of.
struct ConditionalRow {
  RowTerms terms;
  int exponent = 0;
  double constant = 0.0;
};

// [series] and [tile]. A series' unit is its largest base, rounded up; a tile's the largest of its
// series'. Tiles and totals have no threshold: the one of a tile is infinite.
struct ConditionalRows {
  std::vector<ConditionalRow> series;
  std::vector<OwnNoise> own_noise;
  std::vector<ConditionalRow> tile;
  std::vector<ConditionalRow> total;

  std::vector<int> SeriesExponents() const;
};
ConditionalRows MakeConditionalRows(const LognormalNetwork& network);

// 2^exponent, exact.
double ScaleOf(int exponent);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_CONDITIONAL_TERMS_H_
