// Reading a run's results: row keys once, then packed columns (docs/adr/0007).
#ifndef JALON_CLIENTS_CLI_RESULTS_H_
#define JALON_CLIENTS_CLI_RESULTS_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "clients/cpp/client.h"

namespace jalon::client {

// The key of one row.
struct RowKey {
  std::string unit;
  std::string segment;
  std::string indicator;
  std::string window;
};

// One row with its statistics, in the order of `RowReader::statistics`; absent where missing.
struct ResultRow {
  RowKey key;
  std::vector<std::optional<double>> values;
  // Of a replayed path in a mixture of scenarios: the one that came true.
  std::string regime;
};

// Calls `each` for every row of `view` in canonical order. Memory: one page.
// Errors: those of GetRowIndex and ReadResults; kInternal when both disagree on the axis.
absl::Status ForEachRow(Client& client, const std::string& run, const v1::View& view,
                        const std::function<void(const ResultRow&)>& each);

// The same for one replayed path; rows have one value.
absl::Status ForEachPathRow(Client& client, const std::string& run, int64_t path,
                            const v1::View& view,
                            const std::function<void(const ResultRow&)>& each);

// Keys as rows. Indices out of a dictionary's range give an empty vector.
std::vector<RowKey> KeysOf(const v1::KeyColumns& columns);

// Whether bit `i` of a bitmap of missing values is set; false beyond its end.
bool BitAt(const std::string& bitmap, int64_t i);

// Value `i` of a column, absent where its bit says missing.
std::optional<double> ValueAt(const v1::ResultColumn& column, int64_t i);

// Name of a statistic as a column key: `p_attain`, `mean`, `q05`, `p_ro_110`...
std::string StatisticKey(const v1::StatisticSpec& spec);

}  // namespace jalon::client

#endif  // JALON_CLIENTS_CLI_RESULTS_H_
