// The numbers of a checkpoint, column by column, and the blocks they travel in.
#ifndef JALON_SERVER_RUN_RESULT_TABLE_H_
#define JALON_SERVER_RUN_RESULT_TABLE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "jalon/v1/result.pb.h"
#include "server/run/row_axis.h"
#include "sim/engine/law_check.h"

namespace jalon::server {

struct ScoreTables;

// All rows of a run at one checkpoint. Immutable once published.
struct ResultTable {
  // Changes with the checkpoint.
  std::string table_id;
  int64_t path_count = 0;
  std::vector<v1::StatisticSpec> specs;
  // [column][row]; NaN where missing.
  std::vector<std::vector<double>> columns;
  // Scores of the same checkpoint (score_rows.h), shared with their readers; null without any.
  std::shared_ptr<const ScoreTables> scores;
  // What was found of the laws behind it.
  std::vector<sim::LawCheck> law_checks;
};

// Names the checkpoint of a specification at so many paths.
std::string TableId(absl::string_view spec_hash, int64_t path_count);

// Which rows and columns to send.
struct TableSelection {
  std::vector<uint32_t> rows;
  std::vector<int> columns;
  std::string row_axis_hash;
};

// What a view shows of a table whose rows are `axis`. Errors: kInvalidArgument with all violations.
absl::StatusOr<TableSelection> Select(const RowAxis& axis, const ResultTable& table,
                                      const v1::View& view);

// Rows [first, first + count) of a selection as a block.
v1::ResultBlock MakeBlock(const ResultTable& table, const TableSelection& selection, int64_t first,
                          int64_t count);

// How many rows of `column_count` columns fit a message of `max_bytes`; at least 1.
int64_t RowsPerBlock(int64_t column_count, int64_t max_bytes);

// One column as bytes to be kept, and back. Errors of ParseColumn: kDataLoss.
std::string SerializeColumn(const v1::StatisticSpec& spec, const std::vector<double>& values);
absl::StatusOr<std::vector<double>> ParseColumn(absl::string_view bytes);
// Adds such a column to a table, with its statistic. Errors: kDataLoss, also for a column of
// another length than `row_count`.
absl::Status AppendColumn(absl::string_view bytes, int64_t row_count, ResultTable& table);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_RESULT_TABLE_H_
