// Provisional periods: how first figures are restated later, learnt from earlier revisions.
//
// The last months of an indicator are always revised: withdrawals, cancelled offers, late bookings.
// A figure of *age* a stands a periods before the last one of the revision that first reported it.
// Where earlier revisions of a chain of APPEND imports show what figures of that age became, the
// present ones are completed by the same factor; elsewhere they are left out. docs/channels.md.
#ifndef JALON_SIM_PROVISIONAL_COMPLETION_H_
#define JALON_SIM_PROVISIONAL_COMPLETION_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/base/period.h"
#include "sim/network/revision.h"

namespace jalon::sim {

// What figures of one indicator and age became: final sum over first reported sum.
struct CompletionFactor {
  std::string indicator;
  // Periods before the last one of the revision that first reported them, from 0.
  int age = 0;
  // > 0.
  double factor = 1.0;
  // Distinct periods behind it.
  int vintage_count = 0;

  friend bool operator==(const CompletionFactor&, const CompletionFactor&) = default;
};

// Fewer periods than this make no factor.
inline constexpr int kFewestVintages = 3;

// Learns factors from the earlier revisions of a network. Borrows the newest one.
class CompletionLearner {
 public:
  explicit CompletionLearner(const Revision& newest) : newest_(newest) {}

  // Adds an earlier revision of the chain, oldest first: of two that report a period at one age the
  // first counts. Looks at the periods that were provisional there and are final in the newest one,
  // at series known in both. Net flows have no factor: their sums may be near 0.
  // Cost: O(series x provisional periods).
  void Add(const Revision& earlier);

  // Factors by indicator and age, pooled over series and periods, where at least kFewestVintages
  // periods of that age are known and both sums are above 0.
  std::vector<CompletionFactor> Factors() const;

 private:
  struct Sums {
    double reported = 0.0;
    double final = 0.0;
    int vintage_count = 0;
  };

  const Revision& newest_;
  std::set<std::tuple<std::string, int, Period>> seen_;
  std::map<std::pair<std::string, int>, Sums> sums_;
};

// What was done with the provisional periods of one indicator.
struct ProvisionalNote {
  std::string indicator;
  // The provisional periods, up to the last one of the history.
  Window window;
  // Factors used, in the order of periods; those of later periods are missing.
  std::vector<CompletionFactor> used;

  // `accounts: 2026-09 and 2026-10 are provisional: ...`.
  std::string Sentence() const;
};

// Indicators with provisional periods inside the history, nothing completed.
std::vector<ProvisionalNote> ProvisionalPeriods(const Revision& revision);

struct CompletedRevision {
  // Provisional figures multiplied by their factors, and final from then on: provisional_from moves
  // to the first period without a factor. Counts stay whole: fractions are carried from one series
  // to the next in canonical order, so that a month's total is kept within half a unit.
  Revision revision;
  std::vector<ProvisionalNote> notes;
};

// Errors: none for a revision that passed its own rules.
absl::StatusOr<CompletedRevision> CompleteProvisional(const Revision& revision,
                                                      const std::vector<CompletionFactor>& factors);

}  // namespace jalon::sim

#endif  // JALON_SIM_PROVISIONAL_COMPLETION_H_
