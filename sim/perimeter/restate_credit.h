// Eliminations and declared totals on a target perimeter: they follow what they were declared on.
#ifndef JALON_SIM_PERIMETER_RESTATE_CREDIT_H_
#define JALON_SIM_PERIMETER_RESTATE_CREDIT_H_

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/network/credit_table.h"
#include "sim/network/network.h"
#include "sim/network/realisations.h"
#include "sim/perimeter/history_table.h"

namespace jalon::sim {

// Figures about to move from one series to another: [period], NaN where there is none.
struct MovedFigures {
  SeriesKey from;
  SeriesKey to;
  std::vector<double> values;
};

struct RestatedCredit {
  // In canonical order.
  CreditTable credit;
  // Cells with another value than imported, new and gone ones included.
  int64_t elimination_count = 0;
  int64_t total_count = 0;
  // What did not move and why, for people: one line per indicator and unit.
  std::vector<std::string> notes;
};

// Restates the credit lines of a network along with its history, change by change.
//
// An elimination stands at a unit for what is below it, and nobody declares whose sales it counts
// twice. So it is taken to be in proportion, as after as_of (sim/credit/elimination_share.h): of
// figures that leave a unit and segment, their share of the sum there takes along the same share of
// the eliminations, to the unit of the same depth (and the segment, where the place was one) above
// the receiver; to the receiver's parent where the tree is not that deep. What stays inside a unit
// moves nothing. Every unit that contains giver and receiver keeps its eliminations, to the unit
// for counts and to the rounding of one addition for amounts. A share that is none (a sum of 0,
// parts of both signs) moves nothing, and a note says so. A redefinition scales eliminations as it
// scales what is below them.
//
// Declared totals of sums change by what children and eliminations change by: a total that was
// proved stays proved, one that was off stays off by as much. Totals of ratios and derived
// indicators have no such remainder: where their parts changed they are left out, and a note says
// so; so are totals below which nothing is left. Totals of indicators that are no sum over branches
// stay, as their figures do.
class CreditRestater {
 public:
  // `credit` fits the network and lies in `original`'s periods; all outlive the object.
  CreditRestater(const Network& network, const Realisations& original, const CreditTable& credit);

  // No elimination to move.
  bool empty() const { return rows_.empty(); }
  // Before `moves` are taken from and given to the rows of `table`.
  void Move(const HistoryTable& table, const std::vector<MovedFigures>& moves);
  // Sums below the places of an indicator that has eliminations, before it is redefined.
  using PlaceSums = std::map<SeriesKey, std::vector<double>>;
  PlaceSums SumsOf(const HistoryTable& table, int indicator) const;
  // After it was.
  void Rescale(const HistoryTable& table, const PlaceSums& before);

  RestatedCredit Finish(const Realisations& restated);

 private:
  using Rows = std::map<SeriesKey, std::vector<double>>;
  struct Given {
    SeriesKey place;
    int period = 0;
    double value = 0.0;
  };

  NodeRange RangeAt(const SeriesKey& place) const;
  std::vector<SeriesKey> PlacesAround(const SeriesKey& series) const;
  SeriesKey DestinationOf(const SeriesKey& place, const SeriesKey& receiver) const;
  void Split(const SeriesKey& place, const Rows& leaving, const std::vector<double>& sums,
             std::vector<Given>& given);
  void FinishEliminations(RestatedCredit& made) const;
  void FinishTotals(const Realisations& restated, RestatedCredit& made) const;
  void WriteNotes(RestatedCredit& made) const;

  const Network& network_;
  const Realisations& original_;
  const CreditTable& credit_;
  // By place: [period of the history], NaN where no elimination is declared.
  Rows rows_;
  // Place -> periods whose elimination could not follow.
  std::map<SeriesKey, std::set<int>> stuck_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_PERIMETER_RESTATE_CREDIT_H_
