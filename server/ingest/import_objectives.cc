// ImportObjectives: rows to whole rounding steps of declared indicators.
#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
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

// The one table that has a name of its own.
constexpr char kChangesName[] = "objective_changes.csv";

// Without a table in the mapping every other file is one of objectives.
Mapping WithTables(const std::vector<ImportFile>& files, Mapping mapping) {
  for (const TableMapping& table : mapping.tables) {
    if (table.kind == TableKind::kObjectives) return mapping;
  }
  for (const ImportFile& file : files) {
    if (file.name == kChangesName) continue;
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
        files_(files, mapping_, {TableKind::kObjectives, TableKind::kObjectiveChanges}, stop),
        stop_(stop) {}

  ObjectivesOutcome Run() {
    files_.ForEach(TableKind::kObjectives,
                   [&](TableReader& reader, const TableMapping&) { Read(reader); });
    files_.ForEach(TableKind::kObjectiveChanges, [&](TableReader& reader, const TableMapping&) {
      while (reader.NextRow()) ReadChange(reader);
    });
    if (stop_.stop_requested()) return ObjectivesOutcome();
    outcome_.violations.Merge(files_.TakeViolations());
    outcome_.files = files_.TakeEchoes();
    SortChanges();
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
    ReadPlace(reader, fields, objective);
    objective.reason = fields.Label("reason");
    objective.pinned = fields.YesNo("pinned", false);
    const std::optional<sim::Window> window = ReadWindow(fields);
    const std::optional<int64_t> ticks = ReadTicks(fields, "value", objective.indicator);
    if (!window.has_value() || !ticks.has_value()) return;
    objective.window = *window;
    objective.ticks = *ticks;
    if (fields.Has("changed_on") || fields.Has("old_value")) {
      AddChange(fields, "change_reason", objective);
    }
    outcome_.objectives.push_back(std::move(objective));
    origins_.push_back(OriginOf(row));
  }

  void ReadPlace(const TableReader& reader, FieldReader& fields, sim::Objective& objective) const {
    objective.unit = IdOf(fields.Text("unit"));
    objective.indicator = reader.ValueId().empty() ? fields.Text("indicator") : reader.ValueId();
    if (objective.indicator.empty() && revision_.network.indicator_count() == 1) {
      objective.indicator = revision_.network.indicator(0).id;
    }
    if (fields.Has("segment")) objective.segment = IdOf(fields.Text("segment"));
  }

  // `changed_on`, `old_value` and the reason of a row; its date is checked with the set.
  void AddChange(FieldReader& fields, absl::string_view reason, sim::Objective& objective) {
    if (!fields.Require("changed_on") || !fields.Require("old_value")) return;
    const std::optional<int64_t> ticks = ReadTicks(fields, "old_value", objective.indicator);
    if (!ticks.has_value()) return;
    objective.changes.push_back(
        {.date = fields.Text("changed_on"), .old_ticks = *ticks, .reason = fields.Label(reason)});
  }

  // A row of objective_changes, which belongs to an objective read before.
  void ReadChange(TableReader& reader) {
    const DeclaredRow row = RowOf(reader, TableKind::kObjectiveChanges);
    FieldReader fields(row, outcome_.violations);
    sim::Objective place;
    ReadPlace(reader, fields, place);
    const std::optional<sim::Window> window = ReadWindow(fields);
    if (!window.has_value()) return;
    place.window = *window;
    if (places_.empty()) {
      for (size_t i = 0; i < outcome_.objectives.size(); ++i) {
        places_.emplace(PlaceOf(outcome_.objectives[i]), i);
      }
    }
    const auto objective = places_.find(PlaceOf(place));
    if (objective == places_.end()) {
      fields.Refuse("unit", "must change an objective of the same import", "UNKNOWN_OBJECTIVE");
      return;
    }
    AddChange(fields, "reason", outcome_.objectives[objective->second]);
  }

  using Place = std::tuple<std::string, std::string, std::string, sim::Window>;
  static Place PlaceOf(const sim::Objective& objective) {
    return {objective.unit, objective.segment, objective.indicator, objective.window};
  }

  void SortChanges() {
    for (sim::Objective& objective : outcome_.objectives) {
      std::stable_sort(objective.changes.begin(), objective.changes.end(),
                       [](const sim::ObjectiveChange& a, const sim::ObjectiveChange& b) {
                         return a.date < b.date;
                       });
    }
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

  std::optional<int64_t> ReadTicks(FieldReader& fields, absl::string_view name,
                                   absl::string_view indicator) {
    const std::optional<double> value = fields.Number(name);
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
      fields.Refuse(name, "must be between -2^53 and 2^53 rounding steps", "OUT_OF_RANGE");
      return std::nullopt;
    }
    if (std::abs(steps - whole) > kStepTolerance) {
      fields.Refuse(name, absl::StrCat("must be a whole number of rounding steps of ", step),
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
  // Places of the objectives read, for their changes.
  std::map<Place, size_t> places_;
  ObjectivesOutcome outcome_;
};

}  // namespace

ObjectivesOutcome ImportObjectives(const std::vector<ImportFile>& files, const Mapping& mapping,
                                   const sim::Revision& revision, sim::StopToken stop) {
  return ObjectivesImporter(files, mapping, revision, stop).Run();
}

}  // namespace jalon::server
