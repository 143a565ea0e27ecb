// Rows that declare something (a unit, an indicator, an event...), from a table or written in the
// mapping, and the typed reading of their cells.
#ifndef JALON_SERVER_INGEST_DECLARED_ROW_H_
#define JALON_SERVER_INGEST_DECLARED_ROW_H_

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/ingest/mapping.h"
#include "server/ingest/numbers.h"
#include "server/ingest/table_reader.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"

namespace jalon::server {

struct DeclaredCell {
  std::string text;
  int64_t line = 0;
  int64_t column = 0;
};

// The cells of a row by role; missing cells are absent.
struct DeclaredRow {
  std::map<std::string, DeclaredCell> cells;
  // The column of every role, empty cells included.
  std::map<std::string, int64_t> columns;
  std::string file;
  int64_t line = 0;
  NumberDialect numbers = NumberDialect::kEnglish;
};

// Where something was first declared, for violations found later.
struct Origin {
  std::string file;
  int64_t line = 0;
  std::map<std::string, int64_t> columns;
};

// `violation` with the file, line and column of what its field names: `units[3].parent` stands in
// the column of role `parent`; without such a column, in the one of `id` or `unit`.
sim::Violation WithOrigin(sim::Violation violation, const Origin& origin);

// The index in a field path such as `units[3].parent`; nullopt without one.
std::optional<size_t> ListIndex(absl::string_view field);

Origin OriginOf(const DeclaredRow& row);

// The current record of `reader` as a row of `kind`'s roles; attributes become `attribute.NAME`.
DeclaredRow RowOf(TableReader& reader, TableKind kind);
// A declaration of the mapping as a row; numbers are English there.
DeclaredRow RowOf(const InlineRow& inline_row, absl::string_view mapping_file);

// Reads cells of one row as typed values; problems go to the list given. Keeps references to both.
class FieldReader {
 public:
  FieldReader(const DeclaredRow& row, sim::Violations& violations)
      : row_(row), violations_(violations) {}

  bool Has(absl::string_view name) const { return row_.cells.contains(std::string(name)); }
  // Empty when absent.
  std::string Text(absl::string_view name) const;
  // A checked label (CheckLabel), empty when absent.
  std::string Label(absl::string_view name);
  // Absent or refused: nullopt.
  std::optional<double> Number(absl::string_view name);
  // A whole number in [low, high]; `otherwise` when absent.
  int Whole(absl::string_view name, int low, int high, int otherwise);
  // `yes`/`no`, `oui`/`non`, `true`/`false`, `1`/`0`.
  bool YesNo(absl::string_view name, bool otherwise);
  // A period at `frequency`.
  std::optional<sim::Period> Period(absl::string_view name, sim::Frequency frequency);
  // Items separated by spaces.
  std::vector<std::string> List(absl::string_view name) const;
  // One of the names; `otherwise` when absent. `suffix` completes the rule.
  template <typename T>
  T Choice(absl::string_view name, std::initializer_list<std::pair<absl::string_view, T>> choices,
           T otherwise, absl::string_view suffix = "") {
    const std::string text = Text(name);
    if (text.empty()) return otherwise;
    std::string names;
    for (const auto& [choice, value] : choices) {
      if (text == choice) return value;
      absl::StrAppend(&names, names.empty() ? "" : ", ", choice);
    }
    Refuse(name, absl::StrCat("must be one of ", names, suffix), "UNKNOWN_VALUE");
    return otherwise;
  }
  // Refuses a cell, or the row when the cell is absent.
  void Refuse(absl::string_view name, std::string rule, absl::string_view reason);
  // Refuses the row when the cell is absent.
  bool Require(absl::string_view name);

 private:
  const DeclaredRow& row_;
  sim::Violations& violations_;
};

// Ids of one namespace (units, segments...): taken as they are, or made from labels. Remembers
// them, so that two labels that give one id are refused. Thread-compatible.
class IdSpace {
 public:
  explicit IdSpace(bool make_ids) : make_ids_(make_ids) {}

  struct Id {
    std::string id;
    // Empty when the id is fine.
    std::string rule;
    std::string reason;
    bool ok() const { return reason.empty(); }
  };
  // The id of `text`, checked; ID_COLLISION names the other text that gives the same id.
  Id Take(absl::string_view text);

 private:
  bool make_ids_;
  absl::flat_hash_map<std::string, std::string> text_of_id_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_DECLARED_ROW_H_
