// The columns of a result: which a run has, and what a checkpoint says in them.
#ifndef JALON_SERVER_RUN_RESULT_COLUMNS_H_
#define JALON_SERVER_RUN_RESULT_COLUMNS_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "jalon/v1/result.pb.h"
#include "server/run/result_table.h"
#include "server/run/run_rows.h"
#include "server/run/target_request.h"
#include "sim/engine/estimator.h"
#include "sim/engine/run.h"
#include "sim/engine/target.h"

namespace jalon::server {

// Of all rows, in order.
std::vector<v1::StatisticSpec> ColumnSpecs(const TargetRequest& request, bool has_objectives);

// Adds columns that only some indicators have: what variations start from, ratios that do not
// exist.
void AddKindColumns(const std::vector<sim::Target>& targets, std::vector<v1::StatisticSpec>* specs);

// Adds what only the conditional estimator says: knowledge intervals, and how each row is
// estimated.
void AddConditionalColumns(RunRows& rows);

// The table of a checkpoint of the engine, whose targets are the rows, in slices: a column of tens
// of thousands of rows takes a millisecond. All that is given must outlive it.
class ColumnsWork final : public sim::SlicedWork {
 public:
  ColumnsWork(const RunRows& rows, const sim::Checkpoint& checkpoint,
              const std::vector<double>& realised_to_date);

  // Some thousand rows of a column.
  bool Step() override;
  // Once complete.
  ResultTable Take() { return std::move(table_); }

 private:
  void BeginColumn();
  // One of the column in hand.
  double CellAt(size_t row) const;

  const RunRows& rows_;
  const sim::Checkpoint& checkpoint_;
  const std::vector<double>& realised_to_date_;
  ResultTable table_;
  // Among the columns of one statistic, from 0.
  size_t place_ = 0;
};

// All of it at once.
ResultTable MakeTable(const RunRows& rows, const sim::Checkpoint& checkpoint,
                      const std::vector<double>& realised_to_date);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_RESULT_COLUMNS_H_
