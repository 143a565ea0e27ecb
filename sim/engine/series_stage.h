// The series stage: from the shared state of a path to the cells of one series (DECISIONS D1).
//
// Double precision, scalar and clear: this is the oracle that the vectorised draws (cell_batch.h,
// block_stage.h) are compared with. Internal to sim/engine.
#ifndef JALON_SIM_ENGINE_SERIES_STAGE_H_
#define JALON_SIM_ENGINE_SERIES_STAGE_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/engine/plan.h"
#include "sim/engine/shared_stage.h"
#include "sim/random/stream.h"

namespace jalon::sim {

class CellLaws;

// Conditional means of series i, a flow, on a path, [period] written to `means`; NaN where the cell
// is a constant.
void SeriesMeans(const Plan& plan, int i, int64_t path, const SharedState& state,
                 std::span<double> means);

// Cells of series i on a path, [period] written to `cells`. Not for stocks with a cell to compute
// (sim/engine/stock_stage.h). With `laws`, own noise is drawn in vectors (cell_batch.h).
void DrawSeries(const Plan& plan, int i, int64_t path, const SharedState& state,
                std::span<double> cells, const CellLaws* laws = nullptr);

// u and v of series i on a path: what it adds to eta over the whole horizon and shares with nobody.
double OwnEffect(const Plan& plan, int i, int64_t path);

// The shared part of its level.
double SharedLevel(const Plan& plan, int i, const SharedState& state);

// Logarithm (log link) or factor (other links) of the events that act on series i alone, in period
// t of the horizon.
double OwnEvents(const Plan& plan, int i, int t, const SharedState& state);

// The 32-bit words of a series' periods on a path, read in order: four for the price of one.
class NoiseWords {
 public:
  // `draw`: which of several draws in each period.
  NoiseWords(const Plan& plan, const PlanSeries& series, int64_t path, int draw);

  uint32_t At(Period period);

 private:
  uint64_t seed_;
  StreamKey key_;
  int block_ = -1;
  std::array<uint32_t, 4> words_{};
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_SERIES_STAGE_H_
