// Collects calendars (rules, dates, imported days) and imported shares of the year.
#ifndef JALON_SERVER_INGEST_CALENDARS_READER_H_
#define JALON_SERVER_INGEST_CALENDARS_READER_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "server/ingest/declared_row.h"
#include "server/ingest/mapping.h"
#include "server/ingest/table_reader.h"
#include "sim/base/violation.h"
#include "sim/network/calendar_table.h"
#include "sim/network/network.h"
#include "sim/network/revision.h"

namespace jalon::server {

// Reads the tables [calendars], [opening_dates], [opening_days] and [phasing]. A row for a scope,
// date or period that the base revision has replaces it; shares replace all those of their
// indicator and unit. Thread-compatible.
class CalendarsReader {
 public:
  // `base` is null for a new network. The mapping outlives the reader.
  CalendarsReader(const Mapping& mapping, const sim::Revision* base);

  void ReadRules(TableReader& reader);
  void ReadDates(TableReader& reader);
  void ReadDays(TableReader& reader);
  void ReadPhasing(TableReader& reader);

  // Everything read, checked against the network and in canonical order; what breaks a rule goes to
  // TakeViolations with its place in the files.
  sim::CalendarTable Calendars(const sim::Network& network);
  sim::PhasingTable Phasing(const sim::Network& network);
  sim::Violations TakeViolations() { return std::exchange(violations_, sim::Violations()); }

 private:
  // A list with the place of each item; items of the base have none.
  template <typename T>
  struct Listed {
    std::vector<T> items;
    std::vector<Origin> origins;
  };
  using Key = std::pair<sim::CalendarScope, int64_t>;

  // The unit of a row; empty for the root of the base, which stands for the network.
  std::string UnitOf(const FieldReader& fields) const;
  sim::CalendarScope ScopeOf(const FieldReader& fields) const;
  // Adds `item`, in the place of the base's with the same key when there is one.
  template <typename T>
  void Put(Listed<T>& list, std::map<Key, size_t>& of_base, const Key& key, T item, Origin origin);
  void AddRule(const DeclaredRow& row);
  void AddDate(const DeclaredRow& row);
  void AddDays(const DeclaredRow& row);
  void AddShare(const DeclaredRow& row);
  template <typename T>
  void AddOrigins(const sim::Violations& found, absl::string_view list, const Listed<T>& listed);

  const Mapping& mapping_;
  std::string base_root_;
  Listed<sim::CalendarRule> rules_;
  Listed<sim::CalendarDate> dates_;
  Listed<sim::ImportedDays> days_;
  Listed<sim::PhasingShare> shares_;
  // Shares of the base, used where the files have none for an indicator and unit.
  std::vector<sim::PhasingShare> base_shares_;
  // Index of the base's items by key.
  std::map<Key, size_t> base_rules_;
  std::map<Key, size_t> base_dates_;
  std::map<Key, size_t> base_days_;
  sim::Violations violations_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_CALENDARS_READER_H_
