// Small made-up revisions for tests of the fit.
#ifndef JALON_TESTS_SIM_MODEL_SMALL_REVISION_H_
#define JALON_TESTS_SIM_MODEL_SMALL_REVISION_H_

#include <functional>

#include "sim/base/period.h"
#include "sim/network/revision.h"

namespace jalon::sim {

struct SmallShape {
  Frequency frequency = Frequency::kMonth;
  IndicatorKind kind = IndicatorKind::kCount;
  int region_count = 2;
  int branches_per_region = 3;
  int period_count = 36;
};

// Value of a branch (numbered over the network) in a period counted from the first; NaN is missing.
using CellFn = std::function<double(int branch, int period)>;

// One indicator `sales` on branches `b00`, `b01`... under regions `r0`, `r1`..., from 2023 on.
// Without drivers.
Revision MakeSmallRevision(const SmallShape& shape, const CellFn& cell);

// About 20 a period, different by branch and period; never missing.
double PlainCell(int branch, int period);

}  // namespace jalon::sim

#endif  // JALON_TESTS_SIM_MODEL_SMALL_REVISION_H_
