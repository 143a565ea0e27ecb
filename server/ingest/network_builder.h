// Collects units, segments and indicators from tables, from level columns and from the mapping.
#ifndef JALON_SERVER_INGEST_NETWORK_BUILDER_H_
#define JALON_SERVER_INGEST_NETWORK_BUILDER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "server/ingest/attributes_reader.h"
#include "server/ingest/declared_row.h"
#include "server/ingest/mapping.h"
#include "server/ingest/table_reader.h"
#include "sim/base/violation.h"
#include "sim/network/network.h"

namespace jalon::server {

// How the values of an indicator become realisations, beside its declaration.
struct IndicatorReading {
  // The file holds a level; the realisation is its change since the period before.
  bool difference = false;
  // The file's values are multiplied by this (1000 for files in thousands).
  double multiply = 1.0;
  // Changes above this share of the level before are listed; only with `difference`.
  std::optional<double> report_jumps;
};

// The growing declaration of a network. Indices are into the spec's lists and never change.
// Thread-compatible.
class NetworkBuilder {
 public:
  // `base` is null for a new network; otherwise its declaration is the start and may grow. Both
  // outlive the builder.
  NetworkBuilder(const Mapping& mapping, const sim::Network* base);

  // Reads a whole table, or a declaration of the mapping.
  void ReadUnits(TableReader& reader, const TableMapping& table);
  void ReadSegments(TableReader& reader);
  void ReadIndicators(TableReader& reader);
  // Before the units.
  void ReadAttributes(TableReader& reader) { attributes_.Read(reader, violations_); }
  void AddInline(const InlineRow& row);

  // The unit of the current record by its `level` columns, declared on the way; nullopt when
  // refused.
  std::optional<int> UnitFromLevels(TableReader& reader, const TableMapping& table);
  // Index of the unit, segment or indicator a file's text stands for; nullopt when unknown.
  std::optional<int> FindUnit(absl::string_view text) const;
  std::optional<int> FindIndicator(absl::string_view text) const;
  // Likewise; declares an unknown segment unless segments were declared.
  std::optional<int> FindOrAddSegment(absl::string_view text, const sim::Violation& place);

  // Whether a unit comes from the base revision.
  bool IsOfBase(int u) const { return base_ != nullptr && u < base_->unit_count(); }
  int unit_count() const { return static_cast<int>(spec_.units.size()); }
  int indicator_count() const { return static_cast<int>(spec_.indicators.size()); }
  const sim::Indicator& indicator(int k) const { return spec_.indicators[static_cast<size_t>(k)]; }
  const IndicatorReading& reading(int k) const { return readings_[static_cast<size_t>(k)]; }
  sim::Unit& unit(int u) { return spec_.units[static_cast<size_t>(u)]; }
  const sim::Segment& segment(int s) const { return spec_.segments[static_cast<size_t>(s)]; }

  // The declaration, completed by its root and by level names; call once everything is read.
  const sim::NetworkSpec& Complete();
  sim::Violations TakeViolations() { return std::exchange(violations_, sim::Violations()); }
  // `violation` with the place of `units[3].parent` and the like, when known.
  sim::Violation WithPlace(sim::Violation violation) const;

 private:
  using IndexById = absl::flat_hash_map<std::string, int>;

  // One level column's last text, so that repeated texts cost one comparison.
  struct LastLevel {
    std::string text;
    int parent = -2;
    int unit = -1;
  };

  void AddUnit(const DeclaredRow& row);
  void AddSegment(const DeclaredRow& row);
  void AddIndicator(const DeclaredRow& row);
  // Label, kind, dates and attributes of a unit.
  void DescribeUnit(const DeclaredRow& row, int unit);
  std::optional<int> LevelUnit(TableReader& reader, const TableMapping& table, size_t level,
                               int parent);
  int NewUnit(sim::Unit unit, Origin origin);
  void LabelUnit(TableReader& reader, int role, int unit);
  void AddRoot();
  void NameLevels();
  // The index of `id` in `by_id` by the spelling of the file.
  std::optional<int> Find(const IndexById& by_id, absl::string_view text) const;

  const Mapping& mapping_;
  const sim::Network* base_;
  sim::NetworkSpec spec_;
  sim::Violations violations_;
  IdSpace unit_ids_;
  IdSpace segment_ids_;
  IndexById units_;
  IndexById segments_;
  IndexById indicators_;
  std::vector<Origin> unit_origins_;
  std::vector<Origin> segment_origins_;
  std::vector<Origin> indicator_origins_;
  std::vector<IndicatorReading> readings_;
  AttributesReader attributes_;
  // Units at the top of their level columns, whose parent is the root to come.
  absl::flat_hash_set<int> tops_;
  std::vector<LastLevel> last_levels_;
  bool segments_declared_ = false;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_NETWORK_BUILDER_H_
