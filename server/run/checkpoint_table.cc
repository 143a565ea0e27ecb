#include "server/run/checkpoint_table.h"

#include <utility>

#include "server/run/delta_columns.h"
#include "server/run/score_rows.h"
#include "server/run/simulation_job.h"
#include "sim/engine/conditional/paired_delta.h"

namespace jalon::server {

CheckpointTable::CheckpointTable(const SimulationInput& input, const sim::Checkpoint& checkpoint,
                                 std::shared_ptr<const sim::BaselineBlock> baseline)
    : input_(input), checkpoint_(checkpoint), baseline_(std::move(baseline)) {
  columns_.emplace(input.rows, checkpoint, input.realised_to_date);
}

bool CheckpointTable::Step() {
  if (columns_) {
    if (!columns_->Step()) return false;
    table_ = columns_->Take();
    columns_.reset();
    return false;
  }
  if (baseline_ != nullptr) {
    AddDeltas();
    baseline_ = nullptr;
    return false;
  }
  AddScores();
  return true;
}

std::shared_ptr<const ResultTable> CheckpointTable::Take() {
  return std::make_shared<const ResultTable>(std::move(table_));
}

void CheckpointTable::AddDeltas() {
  // A run that a clock ended between checkpoints has no counterpart there: missing.
  const sim::ScrambleMeans* theirs = baseline_->At(checkpoint_.path_count);
  if (theirs == nullptr || !checkpoint_.scrambles.has_value()) return;
  const absl::StatusOr<sim::PairedDeltas> deltas =
      sim::PairDeltas({baseline_->identities, *theirs}, {input_.identities, *checkpoint_.scrambles},
                      {.confidence_level = input_.precision.confidence_level});
  if (deltas.ok()) FillDeltaColumns(*deltas, table_);
}

void CheckpointTable::AddScores() {
  table_.law_checks = checkpoint_.law_checks;
  table_.table_id = TableId(input_.spec_hash, checkpoint_.path_count);
  table_.scores =
      MakeScoreTables(input_.scores, checkpoint_.scores, table_.table_id, checkpoint_.path_count);
}

}  // namespace jalon::server
