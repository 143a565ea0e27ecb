// ImportObjectives: rows to whole rounding steps of declared indicators.
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/ingest/declared_row.h"
#include "server/ingest/file_set.h"
#include "server/ingest/import.h"
#include "server/ingest/text_rules.h"

namespace jalon::server {
namespace {

// How far from a whole number of steps a written value may lie, in steps.
constexpr double kStepTolerance = 1e-6;

// Without a table in the mapping every file is one of objectives.
Mapping WithTables(const std::vector<ImportFile>& files, Mapping mapping) {
  for (const TableMapping& table : mapping.tables) {
    if (table.kind == TableKind::kObjectives) return mapping;
  }
  for (const ImportFile& file : files) {
    mapping.tables.push_back({.kind = TableKind::kObjectives, .file = file.name});
  }
  return mapping;
}

class ObjectivesImporter {
 public:
  ObjectivesImporter(const std::vector<ImportFile>& files, const Mapping& mapping,
                     const sim::Revision& revision, sim::StopToken stop)
      : mapping_(WithTables(files, mapping)),
        revision_(revision),
        files_(files, mapping_, {TableKind::kObjectives}, stop),
        stop_(stop) {}

  ObjectivesOutcome Run() {
    files_.ForEach(TableKind::kObjectives,
                   [&](TableReader& reader, const TableMapping&) { Read(reader); });
    if (stop_.stop_requested()) return ObjectivesOutcome();
    outcome_.violations.Merge(files_.TakeViolations());
    outcome_.files = files_.TakeEchoes();
    Validate();
    if (outcome_.violations.empty()) Sort();
    if (!outcome_.violations.empty()) outcome_.objectives.clear();
    return std::move(outcome_);
  }

 private:
  void Read(TableReader& reader) {
    for (const absl::string_view role : {"unit", "window"}) {
      if (reader.Has(role) && reader.HasValues()) continue;
      reader.Refuse({.field = "objectives", .file = reader.file()}, "",
                    "must have columns (or mapping keys) for `unit`, `window` and `value`",
                    "UNKNOWN_COLUMN");
      return;
    }
    while (reader.NextRow()) {
      for (int record = 0; record < reader.record_count(); ++record) {
        reader.SelectRecord(record);
        ReadRecord(reader);
      }
    }
  }

  void ReadRecord(TableReader& reader) {
    const DeclaredRow row = RowOf(reader, TableKind::kObjectives);
    FieldReader fields(row, outcome_.violations);
    if (!fields.Has("value")) {
      ++outcome_.empty_cells;
      return;
    }
    sim::Objective objective;
    objective.unit = IdOf(fields.Text("unit"));
    objective.indicator = reader.ValueId().empty() ? fields.Text("indicator") : reader.ValueId();
    if (objective.indicator.empty() && revision_.network.indicator_count() == 1) {
      objective.indicator = revision_.network.indicator(0).id;
    }
    if (fields.Has("segment")) objective.segment = IdOf(fields.Text("segment"));
    objective.reason = fields.Label("reason");
    objective.pinned = fields.YesNo("pinned", false);
    const std::optional<sim::Window> window = ReadWindow(fields);
    const std::optional<int64_t> ticks = ReadTicks(fields, objective.indicator);
    if (!window.has_value() || !ticks.has_value()) return;
    objective.window = *window;
    objective.ticks = *ticks;
    outcome_.objectives.push_back(std::move(objective));
    origins_.push_back(OriginOf(row));
  }

  std::string IdOf(const std::string& text) const {
    return mapping_.make_ids && revision_.network.FindUnit(text) == std::nullopt ? MakeId(text)
                                                                                 : text;
  }

  std::optional<sim::Window> ReadWindow(FieldReader& fields) {
    if (!fields.Require("window")) return std::nullopt;
    const sim::Frequency frequency = revision_.network.frequency();
    sim::Window window;
    absl::StatusOr<sim::Window> parsed = sim::ParseWindow(fields.Text("window"), frequency);
    if (parsed.ok()) {
      window = *parsed;
    } else {
      PeriodReader periods(frequency, std::nullopt);
      const PeriodReader::Result result = periods.Read(fields.Text("window"));
      if (result.problem != PeriodReader::Problem::kNone) {
        fields.Refuse("window",
                      absl::StrCat("must be a year, a period or `first..last` of ",
                                   frequency == sim::Frequency::kMonth ? "months" : "quarters"),
                      "BAD_WINDOW");
        return std::nullopt;
      }
      window = {result.period, result.period};
    }
    const sim::Window history = revision_.realisations.window();
    if (history.size() > 0 &&
        (window.last < history.first || history.last + kMaxHorizonPeriods < window.last)) {
      fields.Refuse("window",
                    absl::StrCat("must lie between ", history.first.ToString(), " and ",
                                 (history.last + kMaxHorizonPeriods).ToString()),
                    "UNKNOWN_PERIOD");
      return std::nullopt;
    }
    return window;
  }

  std::optional<int64_t> ReadTicks(FieldReader& fields, absl::string_view indicator) {
    const std::optional<double> value = fields.Number("value");
    const std::optional<int> k = revision_.network.FindIndicator(indicator);
    if (!k.has_value()) {
      fields.Refuse("indicator", "must be a declared indicator", "UNKNOWN_INDICATOR");
      return std::nullopt;
    }
    if (!value.has_value()) return std::nullopt;
    const double step = revision_.network.indicator(*k).rounding_step;
    const double steps = *value / step;
    const double whole = std::round(steps);
    if (!(std::abs(whole) <= static_cast<double>(sim::kMaxTicks))) {
      fields.Refuse("value", "must be between -2^53 and 2^53 rounding steps", "OUT_OF_RANGE");
      return std::nullopt;
    }
    if (std::abs(steps - whole) > kStepTolerance) {
      fields.Refuse("value", absl::StrCat("must be a whole number of rounding steps of ", step),
                    "NOT_A_ROUNDING_STEP");
      return std::nullopt;
    }
    return static_cast<int64_t>(whole);
  }

  void Validate() {
    const sim::Violations found = sim::ValidateObjectives(revision_.network, outcome_.objectives);
    for (sim::Violation violation : found.kept()) {
      const std::optional<size_t> index = ListIndex(violation.field);
      if (index.has_value() && *index < origins_.size()) {
        violation = WithOrigin(std::move(violation), origins_[*index]);
      }
      outcome_.violations.Add(std::move(violation));
    }
  }

  void Sort() {
    absl::StatusOr<sim::ObjectiveSet> sorted =
        sim::SortedObjectives(revision_.network, {.objectives = outcome_.objectives});
    if (sorted.ok()) {
      outcome_.objectives = std::move(sorted->objectives);
    } else {
      outcome_.violations.Merge(sim::ViolationsFromStatus(sorted.status()));
    }
  }

  const Mapping mapping_;
  const sim::Revision& revision_;
  FileSet files_;
  sim::StopToken stop_;
  std::vector<Origin> origins_;
  ObjectivesOutcome outcome_;
};

}  // namespace

ObjectivesOutcome ImportObjectives(const std::vector<ImportFile>& files, const Mapping& mapping,
                                   const sim::Revision& revision, sim::StopToken stop) {
  return ObjectivesImporter(files, mapping, revision, stop).Run();
}

}  // namespace jalon::server
