// The series stage on the 16 paths of a block at once: the cells that series_stage.h and
// stock_stage.h draw with the same laws path by path, bit for bit, a path to a lane. Internal to
// sim/engine.
#ifndef JALON_SIM_ENGINE_BLOCK_STAGE_H_
#define JALON_SIM_ENGINE_BLOCK_STAGE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/engine/block_states.h"
#include "sim/engine/plan.h"
#include "sim/kernel/cell_laws.h"
#include "sim/kernel/path_rows.h"

namespace jalon::sim {

// `plan` and `laws` must outlive it. Memory O(widest step x periods).
class BlockStage {
 public:
  // Of the paths first_path .. first_path + 15, first_path a multiple of 16.
  BlockStage(const Plan& plan, int64_t first_path, const CellLaws& laws);

  // Draws the cells of every series of a step.
  void DrawStep(int step, const BlockStates& states);
  // Cells of series i, one of the last step's: [period], levels of stocks.
  std::span<const PathRow> CellsOf(int i) const;

 private:
  // A run of periods with cells to draw: [first, end).
  struct Run {
    int first = 0;
    int end = 0;
  };
  // The normals of one branch, which its series share.
  struct BranchNormals {
    uint64_t id64 = 0;
    PathRow normals;
  };

  std::span<PathRow> MutableCellsOf(int i);
  void DrawSeries(int i, const BlockStates& states);
  void DrawStock(int i, const BlockStates& states);
  // Fills constant cells and sets runs_.
  void SetConstants(int i);
  // u and v of a series (OwnEffect).
  PathRow OwnEffects(const PlanSeries& series);
  const PathRow& NormalsOfBranch(uint64_t id64);
  // Words of the periods of runs_; that of period t stands at t + words_before_.
  void DrawWords(const PlanSeries& series, int draw, std::vector<PathWords>& words);
  // Means of the run's periods: means_.
  void SetMeans(int i, const Run& run, const PathRow& effect, const BlockStates& states);
  // What moves a stock beside its flows, but for what depends on its level: shares of the level to
  // rates_ and e to noise_.
  void SetRates(int i, const BlockStates& states);
  void SetNoise(const PlanSeries& series);
  // Inflows minus outflows of a period.
  PathRow NetFlow(const PlanStock& stock, int t) const;
  // The level after period t, drawn.
  PathRow Moved(const PlanSeries& series, int t, const PathRow& level,
                const PathRow& persistent) const;

  const Plan& plan_;
  const int64_t first_path_;
  const CellLaws& laws_;
  const int period_count_;
  // Rows of words_ before the horizon's first period, in its block of four.
  const int words_before_;
  std::optional<BranchNormals> branch_;
  // Of the series in hand: [run], and [period].
  std::vector<Run> runs_;
  std::vector<PathRow> means_;
  std::vector<PathRow> rates_;
  std::vector<PathRow> noise_;
  std::vector<PathWords> words_;
  std::vector<PathWords> rounding_;
  // [period]: 0, the means of noise.
  std::vector<PathRow> zeros_;
  // [place in step x period]
  std::vector<PathRow> cells_;
};

// Series of the plan's widest step.
int WidestStep(const Plan& plan);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_BLOCK_STAGE_H_
