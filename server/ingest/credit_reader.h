// Collects figures of units above the branches: eliminations and declared totals.
#ifndef JALON_SERVER_INGEST_CREDIT_READER_H_
#define JALON_SERVER_INGEST_CREDIT_READER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "server/ingest/declared_row.h"
#include "server/ingest/mapping.h"
#include "server/ingest/table_reader.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/network/credit_table.h"
#include "sim/network/network.h"

namespace jalon::server {

// Thread-compatible.
class CreditReader {
 public:
  // `base` is null for a new network; otherwise its table is the start, and a cell given again
  // takes its new value.
  CreditReader(const Mapping& mapping, sim::Frequency frequency, const sim::CreditTable* base);

  // A table of kind kEliminations or kParentTotals.
  void Read(TableReader& reader, TableKind kind);

  // Checks everything read against the network and its history (OUTSIDE_REALISATIONS), and returns
  // it in canonical order.
  sim::CreditTable Finish(const sim::Network& network, const sim::Window& history);
  sim::Violations TakeViolations() { return std::exchange(violations_, sim::Violations()); }

 private:
  using Key = std::tuple<std::string, std::string, std::string, sim::Period>;

  // Cells of one table, and where each was read; line 0 for the base.
  struct Cells {
    std::vector<sim::CreditCell> cells;
    std::vector<Origin> origins;
    std::map<Key, size_t> base;
  };
  struct Roles {
    int unit = -1;
    int segment = -1;
    int indicator = -1;
    int period = -1;
  };

  static Cells FromBase(const std::vector<sim::CreditCell>& cells);
  void ReadRecord(TableReader& reader, const Roles& roles, Cells& cells);
  std::string IdOf(absl::string_view text) const;
  void CheckHistory(const Cells& cells, const sim::Window& history);
  void AddOrigins(const sim::Violations& found);

  const Mapping& mapping_;
  sim::Frequency frequency_;
  Cells eliminations_;
  Cells totals_;
  sim::Violations violations_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_CREDIT_READER_H_
