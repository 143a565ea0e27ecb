// The columns of a run with a baseline: this run less the baseline, row by row.
#ifndef JALON_SERVER_RUN_DELTA_COLUMNS_H_
#define JALON_SERVER_RUN_DELTA_COLUMNS_H_

#include <string>
#include <vector>

#include "server/run/result_table.h"
#include "server/run/run_rows.h"
#include "sim/engine/conditional/baseline.h"
#include "sim/engine/conditional/paired_delta.h"

namespace jalon::server {

// Adds the columns; without objectives those of the mean alone.
void AddDeltaColumns(RunRows& rows);

// Fills them in a table whose rows are the targets of `deltas`. Without, they stay missing.
void FillDeltaColumns(const sim::PairedDeltas& deltas, ResultTable& table);

// What has no counterpart, one sentence each way; none where everything has one.
std::vector<std::string> DeltaNoticesOf(const sim::TargetIdentities& baseline,
                                        const sim::TargetIdentities& run);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_DELTA_COLUMNS_H_
