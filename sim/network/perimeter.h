// Dated changes of a network's perimeter: what a bank declares about branches that open, close and
// merge, customers that move, segments that are cut anew, and indicators that change meaning.
//
// Values only; sim/perimeter checks them against a network and restates a history with them.
#ifndef JALON_SIM_NETWORK_PERIMETER_H_
#define JALON_SIM_NETWORK_PERIMETER_H_

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/period.h"

namespace jalon::sim {

// What a change says, and which fields of PerimeterChange go with it (others stay empty):
//
//   kOpening         date, unit
//   kClosure         date, unit, receiver, share       one change per receiver; without receiver
//                                                      nobody takes over. What the shares leave to
//                                                      1 is lost: it stays in the branch's history
//   kMerger          date, unit, receiver              everything goes to the receiver
//   kTransfer        date, unit, receiver, share, segment, unsplit_share
//   the last three                                     means_share, where there is a receiver
//   kResegmentation  date, segment, receiver_segment, share, unit
//                                                      one change per cell of the matrix; the
//                                                      cells of a segment sum to 1
//   kRedefinition    date, indicator, unit_kind, bridge or is_break
enum class PerimeterChangeKind {
  kOpening,
  kClosure,
  kMerger,
  kTransfer,
  kResegmentation,
  kRedefinition,
};

// One dated change. Refers to ids; branches only (units without units below them).
struct PerimeterChange {
  PerimeterChangeKind kind = PerimeterChangeKind::kOpening;
  // First period in which the change holds; history before it is restated.
  Period date;
  // The branch that opens, closes, merges or gives. Resegmentation: the branch whose matrix this
  // is; empty for every branch without one of its own at that date.
  std::string unit;
  // The branch that takes over.
  std::string receiver;
  // Transfer: the segment whose customers move, with those below it; empty for all. Resegmentation:
  // the segment customers leave.
  std::string segment;
  // Resegmentation: the segment they enter; may be `segment` itself.
  std::string receiver_segment;
  // In (0, 1]: of the branch's customers (in the segment, where one is named).
  double share = 1.0;
  // Transfer of one segment: the share of the figures that the branch does not split by that
  // segment, in [0, 1]. Absent: these do not move, and the import says so.
  std::optional<double> unsplit_share;
  // Closure with a receiver, merger, transfer: the share of the branch's means (advisers...) that
  // goes along, in [0, 1]. Absent: as the customers (sim/perimeter/restate_means.h).
  std::optional<double> means_share;
  // Redefinition: the indicator whose meaning changes.
  std::string indicator;
  // Redefinition: kind of unit it holds for; empty for every kind without a redefinition of its
  // own at that date.
  std::string unit_kind;
  // Redefinition: what history before the date is multiplied by to compare with what follows. > 0.
  std::optional<double> bridge;
  // Redefinition: history before the date cannot be compared: it is missing for the fit.
  bool is_break = false;
  // Where it comes from, for people; at most 200 characters.
  std::string source;

  friend bool operator==(const PerimeterChange&, const PerimeterChange&) = default;
};

// Everything declared about a network's perimeter, in canonical order once sorted: date, kind,
// then the other fields.
struct Perimeter {
  std::vector<PerimeterChange> changes;
  // The target perimeter: the network as of this period. Changes up to it restate history. Absent:
  // the period after the last realised one.
  std::optional<Period> date;

  friend bool operator==(const Perimeter&, const Perimeter&) = default;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_PERIMETER_H_
