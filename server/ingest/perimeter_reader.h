// Reads `[perimeter]` tables: dated changes of the network and the target perimeter.
#ifndef JALON_SERVER_INGEST_PERIMETER_READER_H_
#define JALON_SERVER_INGEST_PERIMETER_READER_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/ingest/declared_row.h"
#include "server/ingest/mapping.h"
#include "server/ingest/network_builder.h"
#include "server/ingest/table_reader.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/network/perimeter.h"

namespace jalon::server {

// Thread-compatible.
class PerimeterReader {
 public:
  // `base` is null for a new network; otherwise its changes are the start: a row about the same
  // place and date takes the place of the base's. Both outlive the reader.
  PerimeterReader(const Mapping& mapping, sim::Frequency frequency, const sim::Perimeter* base);

  void Read(TableReader& reader);
  // Gives units of `builder` the dates of their openings and closings where they have none.
  void DateUnits(NetworkBuilder& builder) const;

  // Everything declared, in canonical order.
  const sim::Perimeter& Finish();
  // Adds violations of sim/perimeter with the file, line and column of the row they are about.
  void AddWithPlace(const sim::Violations& found);
  sim::Violations TakeViolations() { return std::exchange(violations_, sim::Violations()); }

 private:
  void Add(const DeclaredRow& row);
  std::string IdOf(const std::string& text) const;

  const Mapping& mapping_;
  const sim::Frequency frequency_;
  sim::Perimeter perimeter_;
  // One per change; of the base's without line.
  std::vector<Origin> origins_;
  sim::Violations violations_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_PERIMETER_READER_H_
