// Collects driver declarations, driver values and elasticities.
#ifndef JALON_SERVER_INGEST_DRIVERS_READER_H_
#define JALON_SERVER_INGEST_DRIVERS_READER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/ingest/declared_row.h"
#include "server/ingest/mapping.h"
#include "server/ingest/table_reader.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/drivers/drivers.h"
#include "sim/network/revision.h"

namespace jalon::server {

// The values of one driver as read: by absolute period index at its frequency.
struct DriverCells {
  sim::Frequency frequency = sim::Frequency::kMonth;
  std::map<int32_t, double> values;
  // Whether values carried a percent sign; absent before the first one.
  std::optional<bool> percent;
  std::string scope;
  Origin origin;
};

// Reads the value tables of drivers ([drivers], [paths]) into cells. `frequency_of` decides the
// frequency of a driver from its id and the text of a period.
class DriverCellsReader {
 public:
  // Reads every row; problems stay in the reader. Cells of a driver given twice for a period are
  // refused (DUPLICATE_CELL) unless the table says `duplicates = last`.
  template <typename FrequencyOf>
  void Read(TableReader& reader, const TableMapping& table, const FrequencyOf& frequency_of) {
    if (!Start(reader)) return;
    while (reader.NextRow()) {
      for (int record = 0; record < reader.record_count(); ++record) {
        reader.SelectRecord(record);
        const absl::string_view period = reader.Text(period_role_);
        ReadRecord(reader, table, frequency_of(IdOf(reader), period));
      }
    }
  }

  // By driver id.
  std::map<std::string, DriverCells>& cells() { return cells_; }
  // Other roles of the last record of each driver, e.g. `mode` of a path.
  const std::map<std::string, DeclaredRow>& rows() const { return rows_; }

 private:
  bool Start(TableReader& reader);
  absl::string_view IdOf(TableReader& reader) const;
  void ReadRecord(TableReader& reader, const TableMapping& table, sim::Frequency frequency);

  int driver_role_ = -1;
  int period_role_ = -1;
  int scope_role_ = -1;
  std::map<std::string, DriverCells> cells_;
  std::map<std::string, DeclaredRow> rows_;
};

// Gives every period between the first and `until` (or the last, when later) the value before it.
void HoldValues(DriverCells& cells, std::optional<sim::Period> until);

// The driver's first period and dense values, NaN where missing. Requires at least one value.
void FillDriver(const DriverCells& cells, sim::Driver& driver);

// How each derived driver whose history was given kept to its formula, one sentence each.
std::vector<std::string> FormulaNotes(const sim::DriverTable& table);

// Thread-compatible.
class DriversReader {
 public:
  // `base` is null for a new network; otherwise its drivers and elasticities are the start.
  DriversReader(const Mapping& mapping, sim::Frequency frequency, const sim::DriverTable* base);

  void ReadList(TableReader& reader);
  void AddInline(const InlineRow& row);
  // `history_end`: last realised period, to which held values reach.
  void ReadValues(TableReader& reader, const TableMapping& table,
                  std::optional<sim::Period> history_end);
  void ReadElasticities(TableReader& reader);

  // The table, sorted and checked against its own rules; problems go to violations().
  sim::DriverTable Finish();
  // After Finish: checks scopes and indicators against the network.
  void CheckPlaces(const sim::Network& network);
  sim::Violations TakeViolations() { return std::exchange(violations_, sim::Violations()); }

 private:
  void Declare(const DeclaredRow& row);
  void AddElasticity(const DeclaredRow& row);
  sim::Frequency FrequencyOf(absl::string_view driver, absl::string_view period) const;
  void AddOrigins(const sim::Violations& found);

  const Mapping& mapping_;
  sim::Frequency frequency_;
  sim::DriverTable table_;
  // Declared in the files; others are made on sight unless some are declared.
  std::map<std::string, Origin> declared_;
  std::set<std::string> base_ids_;
  std::map<std::string, DriverCells> cells_;
  std::vector<Origin> prior_origins_;
  sim::Violations violations_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_DRIVERS_READER_H_
