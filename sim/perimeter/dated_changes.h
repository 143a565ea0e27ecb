// A checked perimeter by dates and indices: what restating and handing over work with.
#ifndef JALON_SIM_PERIMETER_DATED_CHANGES_H_
#define JALON_SIM_PERIMETER_DATED_CHANGES_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/base/period.h"
#include "sim/network/network.h"
#include "sim/network/perimeter.h"

namespace jalon::sim {

// A share of a branch that goes to another: of a closure, a merger or a transfer.
struct UnitMove {
  // Index in Perimeter::changes.
  int change = 0;
  int unit = 0;
  // -1: nobody takes over (a closure without receiver).
  int receiver = -1;
  // 0 for all.
  int segment = 0;
  double share = 0.0;
  double unsplit_share = 0.0;
};

// A cell of a resegmentation matrix.
struct SegmentMove {
  int change = 0;
  // -1: every branch without a matrix of its own for `from`.
  int unit = -1;
  int from = 0;
  int to = 0;
  double share = 0.0;
};

// A change of meaning of an indicator.
struct MeaningChange {
  int change = 0;
  int indicator = 0;
  std::string unit_kind;
  // Absent: a break.
  std::optional<double> bridge;
};

// Everything that holds from one date on. Changes of one date act at once, on the figures as they
// were: customers move between branches, then between segments, then indicators change meaning.
struct DatedChanges {
  Period date;
  std::vector<UnitMove> moves;
  std::vector<SegmentMove> cells;
  std::vector<MeaningChange> meanings;
};

// The changes of a checked perimeter up to `last`, by date.
std::vector<DatedChanges> ChangesUntil(const Network& network, const Perimeter& perimeter,
                                       Period last);

// Where a share goes: [target] index of a unit or segment, share in (0, 1].
using Shares = std::vector<std::pair<int, double>>;

// What `move` takes of a figure of its branch in `segment`: its share inside the segment it names,
// `unsplit_share` of figures not split by it, else 0.
double ShareOf(const Network& network, const UnitMove& move, int segment);

// What becomes of the figures of `unit` in segment `from`; empty when they stay.
Shares CellsOf(const DatedChanges& changes, int unit, int from);

// Whether figures of an indicator follow customers from branch to branch: those that are no sum
// over branches (a satisfaction score, a ratio) do not.
bool MovesBetweenUnits(const Indicator& indicator);
bool MovesBetweenSegments(const Indicator& indicator);

}  // namespace jalon::sim

#endif  // JALON_SIM_PERIMETER_DATED_CHANGES_H_
