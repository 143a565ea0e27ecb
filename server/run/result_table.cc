#include "server/run/result_table.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "server/convert/network.h"
#include "server/convert/serialize.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

// What a column takes besides its values: identifiers, tags, lengths.
constexpr int64_t kColumnOverheadBytes = 48;
constexpr int64_t kBlockOverheadBytes = 512;

bool HasLevel(v1::Statistic statistic) {
  return statistic == v1::STATISTIC_QUANTILE || statistic == v1::STATISTIC_RO_PROBABILITY ||
         statistic == v1::STATISTIC_SCORE_QUANTILE || statistic == v1::STATISTIC_SCORE_PROBABILITY;
}

bool Same(const v1::StatisticSpec& a, const v1::StatisticSpec& b) {
  if (a.statistic() != b.statistic()) return false;
  return !HasLevel(a.statistic()) || std::abs(a.level() - b.level()) < 1e-9;
}

void FillColumn(const v1::StatisticSpec& spec, const std::vector<double>& values,
                v1::ResultColumn* column) {
  *column->mutable_spec() = spec;
  column->mutable_values()->Reserve(static_cast<int>(values.size()));
  for (const double value : values) column->add_values(std::isnan(value) ? 0.0 : value);
  column->set_missing_bitmap(MissingBitmap(values));
}

absl::StatusOr<v1::ResultColumn> ParseStored(absl::string_view bytes) {
  v1::ResultColumn column;
  if (column.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return column;
  return absl::DataLossError("a stored column of results cannot be read back");
}

std::vector<double> ValuesOf(const v1::ResultColumn& column) {
  std::vector<double> values(column.values().begin(), column.values().end());
  for (size_t i = 0; i < values.size(); ++i) {
    if (BitAt(column.missing_bitmap(), i)) values[i] = std::numeric_limits<double>::quiet_NaN();
  }
  return values;
}

// Indices of the columns of a view, in its order. Violations go to `checks`.
std::vector<int> SelectColumns(const ResultTable& table, const v1::View& view, Checks& checks) {
  std::vector<int> columns;
  for (int i = 0; i < view.statistics_size(); ++i) {
    const auto found = std::find_if(table.specs.begin(), table.specs.end(), [&](const auto& spec) {
      return Same(spec, view.statistics(i));
    });
    if (found != table.specs.end()) {
      columns.push_back(static_cast<int>(found - table.specs.begin()));
      continue;
    }
    checks.Add(absl::StrCat("view.statistics[", i, "]"),
               absl::StrCat(v1::Statistic_Name(view.statistics(i).statistic()), " ",
                            view.statistics(i).level()),
               "must be a statistic and level that the run kept", "NOT_IN_RESULT");
  }
  if (view.statistics().empty()) {
    for (size_t i = 0; i < table.specs.size(); ++i) columns.push_back(static_cast<int>(i));
  }
  return columns;
}

}  // namespace

std::string TableId(absl::string_view spec_hash, int64_t path_count) {
  return absl::StrCat(spec_hash.substr(0, 16), "-", path_count);
}

absl::StatusOr<TableSelection> Select(const RowAxis& axis, const ResultTable& table,
                                      const v1::View& view) {
  Checks checks;
  TableSelection selection;
  selection.rows = axis.Select(view, checks);
  selection.columns = SelectColumns(table, view, checks);
  JALON_RETURN_IF_ERROR(checks.ToStatus());
  selection.row_axis_hash = axis.Hash(selection.rows);
  return selection;
}

v1::ResultBlock MakeBlock(const ResultTable& table, const TableSelection& selection, int64_t first,
                          int64_t count) {
  v1::ResultBlock block;
  block.set_table_id(table.table_id);
  block.set_row_axis_hash(selection.row_axis_hash);
  block.set_first_row(first);
  block.set_row_count(count);
  block.set_total_row_count(static_cast<int64_t>(selection.rows.size()));
  block.set_path_count(table.path_count);
  std::vector<double> values(count);
  for (const int c : selection.columns) {
    for (int64_t i = 0; i < count; ++i) values[i] = table.columns[c][selection.rows[first + i]];
    FillColumn(table.specs[c], values, block.add_columns());
  }
  return block;
}

int64_t RowsPerBlock(int64_t column_count, int64_t max_bytes) {
  const int64_t columns = std::max<int64_t>(1, column_count);
  const int64_t room = max_bytes - kBlockOverheadBytes - columns * kColumnOverheadBytes;
  // 8 bytes of value and one bit of bitmap each.
  return std::max<int64_t>(1, room * 8 / (columns * 65));
}

std::string SerializeColumn(const v1::StatisticSpec& spec, const std::vector<double>& values) {
  v1::ResultColumn column;
  FillColumn(spec, values, &column);
  return DeterministicBytes(column);
}

absl::StatusOr<std::vector<double>> ParseColumn(absl::string_view bytes) {
  JALON_ASSIGN_OR_RETURN(const v1::ResultColumn column, ParseStored(bytes));
  return ValuesOf(column);
}

absl::Status AppendColumn(absl::string_view bytes, int64_t row_count, ResultTable& table) {
  JALON_ASSIGN_OR_RETURN(const v1::ResultColumn column, ParseStored(bytes));
  if (column.values_size() != row_count) {
    return absl::DataLossError("a stored column of results has not the rows of its axis");
  }
  table.specs.push_back(column.spec());
  table.columns.push_back(ValuesOf(column));
  return absl::OkStatus();
}

}  // namespace jalon::server
