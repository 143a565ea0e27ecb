// The [weights], [quality] and [ladder] tables of an import.
#ifndef JALON_SERVER_INGEST_SCORE_READER_H_
#define JALON_SERVER_INGEST_SCORE_READER_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/ingest/declared_row.h"
#include "server/ingest/network_builder.h"
#include "server/ingest/table_reader.h"
#include "sim/base/violation.h"
#include "sim/network/network.h"
#include "sim/network/score_policy.h"

namespace jalon::server {

// Reads what a bank declares about scores. Thread-compatible.
class ScoreReader {
 public:
  // `base` is null for a new network; in an append its tables stay until a table of the import says
  // otherwise, each of the three as a whole. `builder` and `base` outlive the reader.
  ScoreReader(NetworkBuilder& builder, sim::Frequency frequency, const sim::ScorePolicy* base);

  // Read once units and indicators are known.
  void ReadWeights(TableReader& reader);
  void ReadQuality(TableReader& reader);
  void ReadLadder(TableReader& reader);

  // Checks what was read against the network: ValidateScorePolicy with file, line and column. The
  // sum of a complete grid is not judged when a row of the table was refused.
  void CheckPlaces(const sim::Network& network);
  sim::Violations TakeViolations() { return std::exchange(violations_, sim::Violations()); }
  // The policy in canonical order. Call once everything is checked and no violation was found.
  sim::ScorePolicy Finish();

 private:
  void AddWeight(const DeclaredRow& row);
  void AddQuality(const DeclaredRow& row);
  void AddRung(const DeclaredRow& row);
  sim::ScoreScope ScopeOf(const FieldReader& fields) const;
  // Absent without a cell; `ok` turns false when it cannot be read.
  std::optional<sim::Window> WindowOf(FieldReader& fields, bool& ok) const;
  // `violation` with the place of the row its field names.
  sim::Violation WithPlace(sim::Violation violation) const;

  NetworkBuilder& builder_;
  sim::Frequency frequency_;
  sim::ScorePolicy policy_;
  // Of the rows of each table, empty for tables of the base.
  std::vector<Origin> weight_origins_;
  std::vector<Origin> quality_origins_;
  std::vector<Origin> ladder_origins_;
  bool weights_read_ = false;
  bool quality_read_ = false;
  bool ladder_read_ = false;
  bool weight_refused_ = false;
  sim::Violations violations_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_SCORE_READER_H_
