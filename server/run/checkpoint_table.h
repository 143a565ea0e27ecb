// The table of a run's checkpoint, made in slices.
#ifndef JALON_SERVER_RUN_CHECKPOINT_TABLE_H_
#define JALON_SERVER_RUN_CHECKPOINT_TABLE_H_

#include <memory>
#include <optional>

#include "server/run/result_columns.h"
#include "server/run/result_table.h"
#include "sim/engine/checkpoint.h"
#include "sim/engine/conditional/baseline.h"
#include "sim/engine/estimator.h"

namespace jalon::server {

struct SimulationInput;

// Columns in slices of a millisecond; then the differences from a baseline and the scores, each at
// once: some milliseconds for tens of thousands of rows. One thread at a time.
class CheckpointTable final : public sim::SlicedWork {
 public:
  // `baseline`: null without. `input` and `checkpoint` must outlive it.
  CheckpointTable(const SimulationInput& input, const sim::Checkpoint& checkpoint,
                  std::shared_ptr<const sim::BaselineBlock> baseline);

  bool Step() override;
  // Once complete.
  std::shared_ptr<const ResultTable> Take();

 private:
  void AddDeltas();
  void AddScores();

  const SimulationInput& input_;
  const sim::Checkpoint& checkpoint_;
  // Null once differences are there.
  std::shared_ptr<const sim::BaselineBlock> baseline_;
  // Until the columns are there.
  std::optional<ColumnsWork> columns_;
  ResultTable table_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_CHECKPOINT_TABLE_H_
