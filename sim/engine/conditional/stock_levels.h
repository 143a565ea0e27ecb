// Levels of the stocks of a branch at the ends of some periods, computed once a path for all atoms
// that read nothing else of them. Internal to sim/engine/conditional.
//
// S[t] = S[t-1] G[t] + flows[t] + draws[t], read forwards. With means m[s] of a flow, its share of
// the level at the end of T has the sums
//   A_k[T] = sum over s <= T of (G[s+1] .. G[T])^k m[s] = G[T]^k A_k[T-1] + m[T],   k = 1, 2, 3,
// of which cumulants are made; and of two levels T < U those that both have in common are
// (G[T+1] .. G[U])^j A_{i+j}[T]. Nothing is divided: a level that is known starts all sums anew.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_STOCK_LEVELS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_STOCK_LEVELS_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "sim/engine/conditional/composition.h"
#include "sim/engine/conditional/cumulants.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

// Rows of a stock at one end: what is known of its level, what u and v count for, the sum of the
// squares of its own draws' weights, growth since the end before.
enum StockRow : int { kKnownRow, kEffectRow, kSquaresRow, kGrowthRow, kStockRows };
// Of a flow on the log link: A_1, A_2, A_3. Of a net flow: what effects count for, and its draws'
// squares.
inline constexpr int kFlowRows = 3;

// Stocks that are read together, with their flows.
struct StockLevels {
  struct Flow {
    int series = 0;
    double sign = 1.0;
    // Periods of it that are known, the first ones.
    int known = 0;
    // Of [end x kFlowRows].
    int first_row = 0;
  };
  struct Stock {
    int series = 0;
    int first_flow = 0;
    int end_flow = 0;
    // Periods of it that are known, the first ones.
    int known = 0;
    // Of [end x kStockRows].
    int first_row = 0;
  };
  std::vector<Stock> stocks;
  std::vector<Flow> flows;
  // Periods at whose end a level is read, ascending.
  std::vector<int> ends;
  int row_count = 0;
};

// How a part of an atom reads them: as a stock, or as a flow of one. Neither where first_row < 0.
struct LevelPart {
  bool is_stock = false;
  int first_row = -1;
  // Of its stock.
  int stock_row = -1;
  // [side]: index into StockLevels::ends, -1 where the side does not read it; weight, by the rate
  // of a cell of [rate x period] where that is not -1.
  int end[kSides] = {-1, -1};
  double weight[kSides] = {};
  int rate[kSides] = {-1, -1};
};

// Collects what atoms read of levels. Deterministic; O(parts) an atom.
class LevelCollector {
 public:
  explicit LevelCollector(const Plan& plan) : plan_(plan) {}

  // Whether stocks of a branch are read at the ends of periods only, one a side, their flows by
  // nothing but one of them, and nothing is known after what is not.
  bool CanRead(const Composition& branch) const;

  // Index of its levels; appends how its parts read them, ends still as periods.
  int Add(const Composition& branch, std::vector<LevelPart>& parts);

  std::vector<StockLevels> Finish();

  // Once all are collected: ends and rows.
  static void Place(const StockLevels& levels, absl::Span<LevelPart> parts);

 private:
  static bool IsLevel(const Composition& branch, const Part& part);
  static void SetReadings(const Composition& branch, const Part& part, int period_count,
                          LevelPart& level);
  int FindOrMake(const Composition& branch);
  // Periods of a series that are known before the first one that is not; -1 where others follow.
  int KnownPeriods(int series) const;

  const Plan& plan_;
  std::vector<StockLevels> made_;
  // By series of their stocks.
  absl::flat_hash_map<std::vector<int>, int> place_of_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_STOCK_LEVELS_H_
