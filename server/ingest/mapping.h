// What a file's columns mean: the parsed form of a mapping, the text that goes with every import.
//
// A mapping is a small `key = value` text in sections (docs/file-formats.md describes it with
// examples). It maps any long or wide CSV to Jalon's tables. A folder of tables in Jalon's own
// layout needs only the `[network]` section: a key left out takes the column of its own name.
#ifndef JALON_SERVER_INGEST_MAPPING_H_
#define JALON_SERVER_INGEST_MAPPING_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/ingest/encoding.h"
#include "server/ingest/numbers.h"
#include "server/ingest/period_text.h"
#include "server/ingest/text_template.h"
#include "sim/base/period.h"
#include "sim/base/violation.h"

namespace jalon::server {

// What a table holds; one section name each.
enum class TableKind {
  kUnits,         // [units]
  kSegments,      // [segments]
  kIndicators,    // [indicators]
  kRealisations,  // [realisations]
  kDriverList,    // [driver_list]
  kDrivers,       // [drivers]
  kElasticities,  // [elasticities]
  kObjectives,    // [objectives]
  // [objective_changes]: what objectives were before they changed
  kObjectiveChanges,
  kPaths,          // [paths]: driver paths of a scenario
  kEvents,         // [events]
  kCalendars,      // [calendars]: weeks and holidays of units and kinds of unit
  kOpeningDates,   // [opening_dates]: dates open or closed by exception
  kOpeningDays,    // [opening_days]: days of units and kinds of unit, period by period
  kPhasing,        // [phasing]: shares of the year by indicator and month
  kPerimeter,      // [perimeter]: openings, closures, mergers, transfers...
  kWeights,        // [weights]: of indicators in scores
  kQuality,        // [quality]: factors on payoffs
  kLadder,         // [ladder]: from scores to payoffs
  kChannels,       // [channels]
  kChannelShares,  // [channel_shares]
  kEliminations,   // [eliminations]
  kParentTotals,   // [parent_totals]
  kMeans,          // [means]
  kMeanEffects,    // [mean_effects]: what means act on
  kAttributes,     // [attributes]: what attributes of units mean
};

// `units`, `segments`...; also the name of the table's file, with `.csv`, in Jalon's own layout.
absl::string_view TableKindName(TableKind kind);

// A row is read only where `columns` and `text` are equal (or differ, when `equal` is false). When
// `columns` refers to parts of the heading pattern, it chooses value columns instead of rows.
struct RowFilter {
  TextTemplate columns;
  std::string text;
  bool equal = true;

  friend bool operator==(const RowFilter&, const RowFilter&) = default;
};

// Several cells for one series and period, or driver and period.
enum class Duplicates {
  kRefuse,
  kSum,   // realisations: rows are parts
  kLast,  // drivers: the last row wins, as for the dates on which a rate changes
};

// A text with the line of the mapping it stands on.
template <typename T>
struct Declared {
  T value;
  int64_t line = 0;

  friend bool operator==(const Declared&, const Declared&) = default;
};

// One table: where it stands and what its columns mean.
struct TableMapping {
  TableKind kind = TableKind::kRealisations;
  // Line of the section in the mapping; 0 for a table taken by its file name.
  int64_t line = 0;
  std::string file;
  // 0 means found from the file.
  char separator = '\0';
  Encoding encoding = Encoding::kUtf8;
  int64_t skip_lines = 0;
  bool has_heading = true;
  // Absent means found from the file.
  std::optional<NumberDialect> numbers;
  std::optional<PeriodFormat> period_format;
  // Texts that mean "missing", beside the empty cell.
  std::vector<std::string> missing;
  std::vector<RowFilter> where;
  // Rows and columns outside are left out and counted.
  std::optional<sim::Period> first_period;
  std::optional<sim::Period> last_period;
  Duplicates duplicates = Duplicates::kRefuse;
  // Drivers: a period without a row takes the value before it.
  bool hold = false;
  // Columns whose phone-like codes are not phone numbers.
  std::vector<std::string> not_personal;

  // Columns whose heading matches hold values; its captures name unit, segment, period...
  std::optional<HeadingPattern> heading;
  // What to do with other columns that nothing refers to, when `heading` is given.
  bool ignore_other_columns = false;

  // `unit`, `segment`, `period`, `label_fr`... to the text they are built from.
  std::map<std::string, Declared<TextTemplate>> roles;
  // `value.<id>`: the column of each indicator or driver, when values stand side by side.
  std::vector<std::pair<std::string, Declared<TextTemplate>>> values;
  // `level.<name>` from the top down: the last one is the row's unit.
  struct Level {
    std::string name;
    TextTemplate id;
    std::optional<TextTemplate> label;

    friend bool operator==(const Level&, const Level&) = default;
  };
  std::vector<Level> levels;
  // `attribute.<name>` of units.
  std::vector<std::pair<std::string, Declared<TextTemplate>>> attributes;

  friend bool operator==(const TableMapping&, const TableMapping&) = default;
};

// A declaration written in the mapping itself: `[indicator accounts]`, `[segment hol]`,
// `[driver gdp]`. Keys are those of the matching table's columns.
struct InlineRow {
  // kIndicators, kSegments or kDriverList.
  TableKind kind = TableKind::kIndicators;
  std::string id;
  int64_t line = 0;
  std::map<std::string, Declared<std::string>> cells;

  friend bool operator==(const InlineRow&, const InlineRow&) = default;
};

// A whole mapping. Value type.
struct Mapping {
  // Name of the mapping in violations.
  std::string file;
  std::string network_id;
  std::string network_label;
  std::string currency = "EUR";
  sim::Frequency frequency = sim::Frequency::kMonth;
  // Ids are made from labels (MakeId) instead of taken as they are.
  bool make_ids = false;
  // The unit above all others when units come from `level` columns.
  std::string root_id = "network";
  std::string root_label;
  std::string root_level = "network";
  // A unit whose last value comes before the last period ends there; one whose first value comes
  // after the first period opens there.
  bool infer_closed = false;
  bool infer_opened = false;
  // The target perimeter; absent: the base revision's, else the period after the history.
  std::optional<sim::Period> perimeter_date;
  // Of the scenario that [paths] and [events] make.
  std::string scenario_id;
  std::string scenario_label;
  std::vector<TableMapping> tables;
  std::vector<InlineRow> rows;

  friend bool operator==(const Mapping&, const Mapping&) = default;
};

// The roles a table of `kind` may have, e.g. `unit`, `segment`, `indicator`, `period`, `value`.
// These are the column names of Jalon's own layout.
std::vector<absl::string_view> TableRoles(TableKind kind);

// Parses the text of a mapping; `file` names it in violations.
// Errors: kInvalidArgument carrying every problem with its line: UNKNOWN_SECTION, UNKNOWN_KEY,
// DUPLICATE_KEY, BAD_LINE, BAD_VALUE, BAD_TEMPLATE, and those of DecodeText.
absl::StatusOr<Mapping> ParseMapping(absl::string_view text, absl::string_view file);

}  // namespace jalon::server

#endif  // JALON_SERVER_INGEST_MAPPING_H_
