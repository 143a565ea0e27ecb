// ImportScenario: driver paths and events of one world.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/ingest/declared_row.h"
#include "server/ingest/drivers_reader.h"
#include "server/ingest/file_set.h"
#include "server/ingest/import.h"

namespace jalon::server {
namespace {

using Mode = sim::DriverAssumption::Mode;

bool HasDay(std::optional<PeriodFormat> format) {
  return format == PeriodFormat::kIsoDate || format == PeriodFormat::kDayMonthYear ||
         format == PeriodFormat::kMonthDayYear;
}

sim::EffectLaw ReadEffect(FieldReader& fields) {
  using Kind = sim::EffectLaw::Kind;
  sim::EffectLaw law;
  law.kind = fields.Choice<Kind>(
      "law",
      {{"fixed", Kind::kFixed}, {"triangular", Kind::kTriangular}, {"normal", Kind::kNormal}},
      Kind::kFixed);
  fields.Require("effect");
  law.mode = fields.Number("effect").value_or(0.0);
  law.low = fields.Number("low").value_or(law.mode);
  law.high = fields.Number("high").value_or(law.mode);
  return law;
}

// `online=0.3 unit:r01-b002=0.1`: parts that come back through a channel or move to a unit.
std::vector<sim::LostSalesTransfer> ReadTransfers(FieldReader& fields, NumberDialect numbers) {
  std::vector<sim::LostSalesTransfer> transfers;
  for (const std::string& item : fields.List("transfers")) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(item, absl::MaxSplits('=', 1));
    const NumberResult share = ParseNumber(parts.second, numbers);
    absl::string_view place = parts.first;
    const bool is_unit = absl::ConsumePrefix(&place, "unit:");
    if (share.problem != NumberProblem::kNone || place.empty()) {
      fields.Refuse("transfers", "must be items such as `online=0.3` or `unit:centre=0.1`",
                    "UNKNOWN_VALUE");
      continue;
    }
    transfers.push_back({.channel = is_unit ? "" : std::string(place),
                         .unit = is_unit ? std::string(place) : "",
                         .share = share.value});
  }
  return transfers;
}

sim::Event ReadEvent(FieldReader& fields, sim::Frequency frequency) {
  using sim::EventClass;
  using sim::HistoryStatus;
  sim::Event event;
  event.id = fields.Text("id");
  event.label_fr = fields.Label("label_fr");
  event.label_en = fields.Label("label_en");
  event.event_class = fields.Choice<EventClass>("class",
                                                {{"economic", EventClass::kEconomic},
                                                 {"competitive", EventClass::kCompetitive},
                                                 {"regulatory", EventClass::kRegulatory},
                                                 {"internal", EventClass::kInternal},
                                                 {"customer", EventClass::kCustomer}},
                                                EventClass::kRegulatory);
  fields.Require("start");
  event.start = fields.Period("start", frequency).value_or(sim::Period{frequency, 0});
  event.end = fields.Period("end", frequency);
  event.ramp_periods = fields.Whole("ramp", 0, 600, 0);
  event.anticipation_periods = fields.Whole("anticipation", 0, 600, 0);
  event.anticipation_share = fields.Number("anticipation_share").value_or(0.0);
  event.indicators = fields.List("indicators");
  event.segments = fields.List("segments");
  event.units = fields.List("units");
  event.channel = fields.Label("channel");
  event.channel_share_ratio = fields.Number("channel_share");
  event.effect = ReadEffect(fields);
  event.history_status = fields.Choice<HistoryStatus>("history",
                                                      {{"absent", HistoryStatus::kAbsent},
                                                       {"partly", HistoryStatus::kPartlyIn},
                                                       {"fully", HistoryStatus::kFullyIn}},
                                                      HistoryStatus::kAbsent);
  event.in_history_since = fields.Period("in_history_since", frequency);
  event.in_baseline = fields.YesNo("in_baseline", true);
  event.source = fields.Label("source");
  event.size_is_assumption = fields.YesNo("assumption", false);
  return event;
}

class ScenarioImporter {
 public:
  ScenarioImporter(const std::vector<ImportFile>& files, const Mapping& mapping,
                   const sim::Revision& revision, sim::StopToken stop)
      : revision_(revision),
        stop_(stop),
        files_(files, mapping, {TableKind::kPaths, TableKind::kEvents}, stop) {
    scenario_.id = mapping.scenario_id;
    scenario_.label = mapping.scenario_label;
  }

  ScenarioOutcome Run() {
    files_.ForEach(TableKind::kPaths, [&](TableReader& reader, const TableMapping& table) {
      ReadPaths(reader, table);
    });
    files_.ForEach(TableKind::kEvents, [&](TableReader& reader, const TableMapping&) {
      while (reader.NextRow()) {
        const DeclaredRow row = RowOf(reader, TableKind::kEvents);
        FieldReader fields(row, outcome_.violations);
        scenario_.events.push_back(ReadEvent(fields, frequency()));
        scenario_.events.back().transfers = ReadTransfers(fields, row.numbers);
        event_origins_.push_back(OriginOf(row));
      }
    });
    if (stop_.stop_requested()) return ScenarioOutcome();
    outcome_.violations.Merge(files_.TakeViolations());
    outcome_.files = files_.TakeEchoes();
    Validate();
    if (outcome_.violations.empty()) outcome_.scenario = std::move(scenario_);
    return std::move(outcome_);
  }

 private:
  sim::Frequency frequency() const { return revision_.network.frequency(); }

  // Months are months; a date follows its driver; a quarterly network has quarters only.
  sim::Frequency FrequencyOf(absl::string_view driver, absl::string_view period) const {
    const std::optional<PeriodFormat> format = FindPeriodFormat(period);
    if (format == PeriodFormat::kYearQuarter || frequency() == sim::Frequency::kQuarter) {
      return sim::Frequency::kQuarter;
    }
    const std::optional<int> known = revision_.drivers.Find(driver);
    if (!HasDay(format) || !known.has_value()) return frequency();
    return revision_.drivers.drivers[static_cast<size_t>(*known)].frequency;
  }

  void ReadPaths(TableReader& reader, const TableMapping& table) {
    DriverCellsReader values;
    values.Read(reader, table, [&](absl::string_view driver, absl::string_view period) {
      return FrequencyOf(driver, period);
    });
    for (auto& [id, cells] : values.cells()) {
      if (cells.values.empty()) continue;
      if (table.hold) HoldValues(cells, table.last_period);
      AddAssumption(id, cells, values.rows().at(id));
    }
  }

  void AddAssumption(const std::string& id, const DriverCells& cells, const DeclaredRow& row) {
    FieldReader fields(row, outcome_.violations);
    sim::DriverAssumption assumption{.driver = id};
    assumption.mode = fields.Choice<Mode>(
        "mode", {{"impose", Mode::kImpose}, {"shift", Mode::kShift}}, Mode::kImpose);
    assumption.moves_others = fields.YesNo("moves_others", false);
    sim::Driver path;
    if (const std::optional<int> known = revision_.drivers.Find(id)) {
      path = revision_.drivers.drivers[static_cast<size_t>(*known)];
    }
    FillDriver(cells, path);
    assumption.first = path.first;
    assumption.values = path.values;
    if (cells.frequency != frequency()) {
      const sim::Period first = path.first;
      JoinHistory(id, path);
      const sim::Period last = path.first + static_cast<int>(path.values.size()) - 1;
      const sim::Window months{{frequency(), first.index * 3}, {frequency(), last.index * 3 + 2}};
      assumption.first = months.first;
      assumption.values = sim::DriverValues(path, frequency(), months);
    }
    scenario_.drivers.push_back(std::move(assumption));
    driver_origins_.push_back(cells.origin);
  }

  // The quarter before the path, so that straight lines start from what was known.
  void JoinHistory(const std::string& id, sim::Driver& path) const {
    const std::optional<int> known = revision_.drivers.Find(id);
    if (!known.has_value()) return;
    const sim::Driver& driver = revision_.drivers.drivers[static_cast<size_t>(*known)];
    const int place = path.first - 1 - driver.first;
    if (driver.frequency != path.frequency || place < 0 ||
        place >= static_cast<int>(driver.values.size())) {
      return;
    }
    path.values.insert(path.values.begin(), driver.values[static_cast<size_t>(place)]);
    path.first = path.first - 1;
  }

  void Validate() {
    sim::Violations found = sim::ValidateScenario(revision_.network, revision_.drivers, scenario_);
    found.Merge(sim::CheckEventChannels(revision_.channels, scenario_));
    for (sim::Violation violation : found.kept()) {
      const std::vector<Origin>& origins =
          violation.field.rfind("events[", 0) == 0 ? event_origins_ : driver_origins_;
      const std::optional<size_t> index = ListIndex(violation.field);
      if (index.has_value() && *index < origins.size()) {
        violation = WithOrigin(std::move(violation), origins[*index]);
      }
      outcome_.violations.Add(std::move(violation));
    }
  }

  const sim::Revision& revision_;
  sim::StopToken stop_;
  FileSet files_;
  sim::Scenario scenario_;
  std::vector<Origin> driver_origins_;
  std::vector<Origin> event_origins_;
  ScenarioOutcome outcome_;
};

}  // namespace

ScenarioOutcome ImportScenario(const std::vector<ImportFile>& files, const Mapping& mapping,
                               const sim::Revision& revision, sim::StopToken stop) {
  return ScenarioImporter(files, mapping, revision, stop).Run();
}

}  // namespace jalon::server
