// Collects means of branches (advisers present, appointments held...) and what they act on.
#ifndef JALON_SERVER_INGEST_MEANS_READER_H_
#define JALON_SERVER_INGEST_MEANS_READER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/ingest/declared_row.h"
#include "server/ingest/mapping.h"
#include "server/ingest/table_reader.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"
#include "sim/network/means_table.h"
#include "sim/network/network.h"

namespace jalon::server {

// Thread-compatible.
class MeansReader {
 public:
  // `base` is null for a new network; otherwise its means are the start, and a value or an effect
  // given again takes the place of the one before.
  MeansReader(const Mapping& mapping, sim::Frequency frequency, const sim::MeansTable* base);

  void Read(TableReader& reader);
  void ReadEffects(TableReader& reader);

  // Checks everything read against the network and returns it in canonical order.
  sim::MeansTable Finish(const sim::Network& network);
  sim::Violations TakeViolations() { return std::exchange(violations_, sim::Violations()); }

 private:
  struct Cell {
    double value = 0.0;
    bool planned = false;
    // Line it was read at; 0 for the base.
    int64_t line = 0;
  };
  // One mean of one unit by period index.
  struct Cells {
    std::map<int32_t, Cell> cells;
    // Of its first row; line 0 for the base.
    Origin origin;
  };
  struct Roles {
    int unit = -1;
    int mean = -1;
    int period = -1;
    int planned = -1;
    int adds = -1;
  };

  void AddEffect(const DeclaredRow& row);
  // Where the i-th series or effect stands, whichever the field is of.
  Origin OriginOf(const sim::Violation& violation, const std::vector<Origin>& means) const;
  void ReadRecord(TableReader& reader, const Roles& roles);
  // nullopt for an empty cell; refuses what is neither yes nor no.
  std::optional<bool> YesNo(TableReader& reader, int role);
  // Whether a mean is a sum over branches: the same on every row that says so.
  void KeepAdds(TableReader& reader, const Roles& roles);
  void Keep(TableReader& reader, const Roles& roles, sim::Period period, const Cell& cell);

  const Mapping& mapping_;
  sim::Frequency frequency_;
  // By mean and unit.
  std::map<std::pair<std::string, std::string>, Cells> means_;
  // Whether it adds up over branches, where files say so; and those of the base that do not.
  std::map<std::string, bool> adds_;
  std::set<std::string> unmoved_;
  std::vector<sim::MeanEffectPrior> effects_;
  // [effect]; line 0 for the base.
  std::vector<Origin> effect_origins_;
  sim::Violations violations_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_MEANS_READER_H_
