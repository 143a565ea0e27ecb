// What a mean of branches is worth, period by period, against its usual size.
#ifndef JALON_SIM_NETWORK_MEAN_RATIOS_H_
#define JALON_SIM_NETWORK_MEAN_RATIOS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "sim/base/period.h"
#include "sim/network/means_table.h"
#include "sim/network/network.h"

namespace jalon::sim {

// Which mean, and what of it may be looked at.
struct MeanQuestion {
  // Id of the mean.
  absl::string_view mean;
  // Last period of the model: the usual size is the average of what was seen in the year up to it.
  Period model_as_of;
  // Values seen after it are not looked at; planned ones are.
  Period as_of;
  // Periods wanted.
  Window window;
};

// ratio[branch, period] = mean / usual size. A period without a value holds the last one before it,
// the first known one at the beginning. A branch whose mean was never seen by the model's as_of, or
// was 0 in all of the year before, has no usual size: its ratio is 1 throughout. Immutable;
// O(series x periods).
class MeanRatios {
 public:
  MeanRatios(const Network& network, const MeansTable& table, const MeanQuestion& question);

  // Whether the branch has a usual size.
  bool acts(int unit) const { return row_of_unit_[unit] >= 0; }
  // >= 0; `period` inside the window.
  double ratio(int unit, Period period) const {
    return acts(unit) ? ratios_[static_cast<size_t>(row_of_unit_[unit]) * window_.size() +
                                (period - window_.first)]
                      : 1.0;
  }
  // Branches with a usual size.
  int branch_count() const { return branch_count_; }
  // Branches and periods after as_of, open then, that hold an earlier value for want of a plan.
  int held_branch_count() const { return held_branch_count_; }
  int held_period_count() const { return held_period_count_; }

 private:
  void Add(const Network& network, const MeanSeries& series, const MeanQuestion& question);

  Window window_;
  // [unit]: row of ratios_, -1 without usual size.
  std::vector<int> row_of_unit_;
  // [row x period of the window]
  std::vector<double> ratios_;
  int branch_count_ = 0;
  int held_branch_count_ = 0;
  int held_period_count_ = 0;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_MEAN_RATIOS_H_
