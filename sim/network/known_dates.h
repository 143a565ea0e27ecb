// What was known of branches that open and close, as of a period: no hindsight.
#ifndef JALON_SIM_NETWORK_KNOWN_DATES_H_
#define JALON_SIM_NETWORK_KNOWN_DATES_H_

#include <optional>
#include <vector>

#include "sim/base/period.h"
#include "sim/network/revision.h"

namespace jalon::sim {

// The present of a revision: the last period with a value, before anything provisional; the last
// column of the realisations when they have no value. O(series x periods) at most.
Period PresentOf(const Revision& revision);

// Dates of units as known at `as_of`.
//
// At the present of the revision or later every date is known: one that lies ahead is a plan.
// Before the present, the user looks back, and a closing after as_of is hidden: nobody could count
// on it then, and the revision does not say when it was announced. Openings stay known: a branch is
// decided long before it opens, and without its date nothing at all could be said of it.
//
// Borrows the revision. Thread-compatible; deterministic.
class KnownDates {
 public:
  KnownDates(const Revision& revision, Period as_of);

  // Whether as_of is before the present.
  bool looks_back() const { return looks_back_; }
  // First period without activity, when known; after as_of only at the present.
  std::optional<Period> closed(int unit) const;
  // Whether the unit is open in `period`, as far as known.
  bool IsOpen(int unit, Period period) const;
  // The same in every period there is.
  bool IsAlwaysOpen(int unit) const { return !network_.unit(unit).opened && !closed(unit); }
  // Whether the unit has stopped for good by the end of as_of: at the present, also one that is
  // closed from the next period on.
  bool HasClosed(int unit) const;
  // Units whose closing is hidden, ascending.
  std::vector<int> Hidden() const;

 private:
  const Network& network_;
  const Period as_of_;
  const bool looks_back_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_KNOWN_DATES_H_
