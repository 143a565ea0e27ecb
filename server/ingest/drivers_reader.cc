#include "server/ingest/drivers_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/ingest/text_rules.h"
#include "sim/drivers/derived_history.h"

namespace jalon::server {
namespace {

// Columns of a derived driver that mean nothing without a formula.
constexpr absl::string_view kDerivedColumns[] = {
    "rounding",      "floor",     "cap",           "effective_months", "announcement_lag",
    "deviation_law", "deviation", "deviation_low", "deviation_high",   "deviation_probability"};

std::vector<int> ReadMonths(FieldReader& fields) {
  std::vector<int> months;
  for (const std::string& text : fields.List("effective_months")) {
    int month = 0;
    if (absl::SimpleAtoi(text, &month)) {
      months.push_back(month);
    } else {
      fields.Refuse("effective_months",
                    "must be months from 1 to 12 with blanks between, as in 2 8", "TEXT_IN_NUMBER");
    }
  }
  return months;
}

sim::DeviationLaw ReadDeviation(FieldReader& fields) {
  using Kind = sim::DeviationLaw::Kind;
  sim::DeviationLaw law;
  law.kind = fields.Choice<Kind>(
      "deviation_law",
      {{"fixed", Kind::kFixed}, {"triangular", Kind::kTriangular}, {"normal", Kind::kNormal}},
      Kind::kFixed);
  law.probability = fields.Number("deviation_probability").value_or(0.0);
  law.size = fields.Number("deviation").value_or(0.0);
  law.low = fields.Number("deviation_low").value_or(law.size);
  law.high = fields.Number("deviation_high").value_or(law.size);
  return law;
}

// Nothing for a driver without a formula.
std::optional<sim::DerivedRule> ReadDerived(FieldReader& fields) {
  if (!fields.Has("formula")) {
    for (const absl::string_view name : kDerivedColumns) {
      if (fields.Has(name)) fields.Refuse(name, "must come with a formula", "MISSING_VALUE");
    }
    return std::nullopt;
  }
  sim::DerivedRule rule{.formula = fields.Text("formula")};
  if (fields.Has("rounding")) {
    rule.rounding_step = fields.Number("rounding").value_or(1.0);
    if (!(rule.rounding_step > 0.0)) {
      fields.Refuse("rounding", "must be greater than 0", "NOT_POSITIVE");
      rule.rounding_step = 0.0;
    }
  }
  rule.floor = fields.Number("floor");
  rule.cap = fields.Number("cap");
  rule.effective_months = ReadMonths(fields);
  rule.announcement_lag = fields.Whole("announcement_lag", 0, 24, 0);
  rule.deviation = ReadDeviation(fields);
  return rule;
}

// The column that a rule's field stands in: people see the names they wrote.
std::string ColumnField(std::string field) {
  constexpr std::pair<absl::string_view, absl::string_view> kNames[] = {
      {".derived.rounding_step", ".rounding"},
      {".derived.deviation.probability", ".deviation_probability"},
      {".derived.deviation.low", ".deviation_low"},
      {".derived.deviation.high", ".deviation_high"},
      {".derived.deviation.size", ".deviation"},
      {".derived.", "."}};
  for (const auto& [from, to] : kNames) {
    const size_t at = field.find(std::string(from));
    if (at == std::string::npos) continue;
    return field.replace(at, from.size(), std::string(to));
  }
  return field;
}

sim::Driver ReadDeclaration(FieldReader& fields, sim::Frequency usual) {
  using sim::DriverClass;
  using sim::Frequency;
  using sim::QuarterRule;
  sim::Driver driver;
  driver.id = fields.Text("id");
  driver.label_fr = fields.Label("label_fr");
  driver.label_en = fields.Label("label_en");
  driver.unit = fields.Label("unit");
  driver.scope = fields.Text("scope");
  driver.driver_class = fields.Choice<DriverClass>("class",
                                                   {{"economic", DriverClass::kEconomic},
                                                    {"competitive", DriverClass::kCompetitive},
                                                    {"regulatory", DriverClass::kRegulatory},
                                                    {"internal", DriverClass::kInternal},
                                                    {"customer", DriverClass::kCustomer}},
                                                   DriverClass::kEconomic);
  driver.frequency = fields.Choice<Frequency>(
      "frequency", {{"month", Frequency::kMonth}, {"quarter", Frequency::kQuarter}}, usual);
  driver.first = {driver.frequency, 0};  // until it has values
  driver.quarter_rule = fields.Choice<QuarterRule>("conversion",
                                                   {{"step", QuarterRule::kStep},
                                                    {"linear", QuarterRule::kLinear},
                                                    {"third", QuarterRule::kThird}},
                                                   QuarterRule::kStep);
  driver.derived = ReadDerived(fields);
  return driver;
}

DriverCells CellsOf(const sim::Driver& driver) {
  DriverCells cells{.frequency = driver.frequency, .scope = driver.scope};
  for (size_t i = 0; i < driver.values.size(); ++i) {
    if (std::isnan(driver.values[i])) continue;
    cells.values[driver.first.index + static_cast<int32_t>(i)] = driver.values[i];
  }
  return cells;
}

}  // namespace

bool DriverCellsReader::Start(TableReader& reader) {
  driver_role_ = reader.Role("driver");
  period_role_ = reader.Role("period");
  scope_role_ = reader.Role("scope");
  if (period_role_ >= 0 && reader.HasValues() && (driver_role_ >= 0 || !reader.ValueId().empty())) {
    return true;
  }
  reader.Refuse({.field = "drivers", .file = reader.file()}, "",
                "must have columns (or mapping keys) for `driver`, `period` and `value`",
                "UNKNOWN_COLUMN");
  return false;
}

absl::string_view DriverCellsReader::IdOf(TableReader& reader) const {
  return driver_role_ >= 0 ? reader.Text(driver_role_) : absl::string_view(reader.ValueId());
}

void DriverCellsReader::ReadRecord(TableReader& reader, const TableMapping& table,
                                   sim::Frequency frequency) {
  const std::string id(IdOf(reader));
  const std::optional<sim::Period> period =
      reader.ReadPeriod(reader.Text(period_role_), frequency, period_role_);
  if (reader.last_was_outside()) return;
  const absl::string_view text = reader.ValueText();
  std::optional<double> value;
  if (!text.empty()) value = reader.Number(text);
  if (const std::optional<TextProblem> problem = CheckId(id)) {
    reader.Refuse(driver_role_ >= 0 ? reader.PlaceOf(driver_role_) : reader.ValuePlace(), id,
                  problem->rule, problem->reason);
    return;
  }
  if (!period.has_value()) return;
  const auto [known, inserted] = cells_.try_emplace(id);
  DriverCells& cells = known->second;
  if (inserted) {
    cells.frequency = frequency;
    cells.scope = std::string(reader.Text(scope_role_));
    const sim::Violation place =
        driver_role_ >= 0 ? reader.PlaceOf(driver_role_) : reader.ValuePlace();
    cells.origin = {reader.file(), reader.line(), {{"id", place.column}}};
  }
  if (table.kind == TableKind::kPaths) rows_[id] = RowOf(reader, table.kind);
  if (cells.frequency != frequency || cells.scope != reader.Text(scope_role_)) {
    reader.Refuse(reader.PlaceOf(period_role_), reader.Text(period_role_),
                  "must be of one frequency and scope throughout a driver", "MIXED_DRIVER");
    return;
  }
  if (!value.has_value()) return;
  if (cells.percent.value_or(reader.last_was_percent()) != reader.last_was_percent()) {
    reader.Refuse(reader.ValuePlace(), text, "must have a percent sign on every value or on none",
                  "MIXED_PERCENT");
    return;
  }
  cells.percent = reader.last_was_percent();
  if (!cells.values.try_emplace(period->index, *value).second) {
    if (table.duplicates == Duplicates::kLast) {
      cells.values[period->index] = *value;
    } else {
      reader.Refuse(reader.PlaceOf(period_role_), reader.Text(period_role_),
                    "must be given once per driver (or declare `duplicates = last`)",
                    "DUPLICATE_CELL");
    }
  }
}

void HoldValues(DriverCells& cells, std::optional<sim::Period> until) {
  if (cells.values.empty()) return;
  int32_t last = cells.values.rbegin()->first;
  if (until.has_value()) {
    int32_t index = until->index;
    if (until->frequency != cells.frequency) {
      index = cells.frequency == sim::Frequency::kQuarter ? index / 3 : index * 3 + 2;
    }
    last = std::max(last, index);
  }
  double held = cells.values.begin()->second;
  for (int32_t at = cells.values.begin()->first; at <= last; ++at) {
    held = cells.values.try_emplace(at, held).first->second;
  }
}

void FillDriver(const DriverCells& cells, sim::Driver& driver) {
  const int32_t first = cells.values.begin()->first;
  const int32_t last = cells.values.rbegin()->first;
  driver.frequency = cells.frequency;
  driver.first = {cells.frequency, first};
  driver.values.assign(static_cast<size_t>(last - first) + 1,
                       std::numeric_limits<double>::quiet_NaN());
  for (const auto& [index, value] : cells.values) {
    driver.values[static_cast<size_t>(index - first)] = value;
  }
}

std::vector<std::string> FormulaNotes(const sim::DriverTable& table) {
  std::vector<std::string> notes;
  for (size_t i = 0; i < table.drivers.size(); ++i) {
    const sim::Driver& driver = table.drivers[i];
    const std::vector<sim::FormulaCheck> checks = sim::CheckFormula(table, static_cast<int>(i));
    if (checks.empty()) continue;
    const double slack = std::max(0.5 * driver.derived->rounding_step, 1e-9);
    int off = 0;
    double mean = 0.0;
    for (const sim::FormulaCheck& check : checks) {
      if (std::abs(check.deviation()) > slack) ++off;
      mean += check.deviation() / static_cast<double>(checks.size());
    }
    notes.push_back(absl::StrCat("driver `", driver.id, "`: ", off, " of ", checks.size(),
                                 " decisions depart from its formula, by ", mean, " on average"));
  }
  return notes;
}

DriversReader::DriversReader(const Mapping& mapping, sim::Frequency frequency,
                             const sim::DriverTable* base)
    : mapping_(mapping), frequency_(frequency) {
  if (base == nullptr) return;
  table_ = *base;
  prior_origins_.resize(table_.priors.size());
  for (const sim::Driver& driver : table_.drivers) {
    base_ids_.insert(driver.id);
    // A computed history is computed again from what its inputs have become.
    const bool computed = driver.derived.has_value() && !driver.derived->has_own_history;
    if (!computed) cells_[driver.id] = CellsOf(driver);
  }
}

void DriversReader::ReadList(TableReader& reader) {
  while (reader.NextRow()) Declare(RowOf(reader, TableKind::kDriverList));
}

void DriversReader::AddInline(const InlineRow& row) {
  if (row.kind == TableKind::kDriverList) Declare(RowOf(row, mapping_.file));
}

void DriversReader::Declare(const DeclaredRow& row) {
  FieldReader fields(row, violations_);
  const std::string id = fields.Text("id");
  if (const std::optional<TextProblem> problem = CheckId(id)) {
    fields.Refuse("id", problem->rule, problem->reason);
    return;
  }
  if (!declared_.try_emplace(id, OriginOf(row)).second) {
    fields.Refuse("id", "must be declared once", "DUPLICATE_ID");
    return;
  }
  sim::Driver driver = ReadDeclaration(fields, frequency_);
  for (sim::Driver& known : table_.drivers) {
    if (known.id != id) continue;
    if (known.frequency != driver.frequency) {
      fields.Refuse("frequency", "must not change in an append", "CHANGED_IN_APPEND");
    }
    known = std::move(driver);
    return;
  }
  table_.drivers.push_back(std::move(driver));
}

sim::Frequency DriversReader::FrequencyOf(absl::string_view driver,
                                          absl::string_view period) const {
  for (const sim::Driver& known : table_.drivers) {
    if (known.id == driver) return known.frequency;
  }
  return FindPeriodFormat(period) == PeriodFormat::kYearQuarter ? sim::Frequency::kQuarter
                                                                : frequency_;
}

void DriversReader::ReadValues(TableReader& reader, const TableMapping& table,
                               std::optional<sim::Period> history_end) {
  DriverCellsReader values;
  values.Read(reader, table, [&](absl::string_view driver, absl::string_view period) {
    return FrequencyOf(driver, period);
  });
  for (auto& [id, cells] : values.cells()) {
    if (table.hold) HoldValues(cells, table.last_period ? table.last_period : history_end);
    DriverCells& all = cells_[id];
    all.frequency = cells.frequency;
    if (!cells.scope.empty()) all.scope = cells.scope;
    all.origin = cells.origin;
    for (const auto& [index, value] : cells.values) all.values[index] = value;
    if (!declared_.empty() && !declared_.contains(id) && !base_ids_.contains(id)) {
      violations_.Add(WithOrigin({.field = "driver",
                                  .value = id,
                                  .rule = "must be a declared driver",
                                  .reason = "UNKNOWN_DRIVER"},
                                 cells.origin));
    }
  }
}

void DriversReader::ReadElasticities(TableReader& reader) {
  while (reader.NextRow()) AddElasticity(RowOf(reader, TableKind::kElasticities));
}

void DriversReader::AddElasticity(const DeclaredRow& row) {
  using Transform = sim::ElasticityPrior::Transform;
  FieldReader fields(row, violations_);
  sim::ElasticityPrior prior;
  prior.driver = fields.Text("driver");
  prior.indicator = fields.Text("indicator");
  prior.transform = fields.Choice<Transform>(
      "transform", {{"level", Transform::kLevel}, {"log", Transform::kLog}}, Transform::kLevel);
  prior.lag = fields.Whole("lag", 0, 24, 0);
  prior.mean = fields.Number("mean").value_or(0.0);
  prior.sd = fields.Number("sd").value_or(1.0);
  prior.source = fields.Label("source");
  if (!fields.Require("mean") || !fields.Require("sd")) return;
  for (size_t i = 0; i < table_.priors.size(); ++i) {
    const sim::ElasticityPrior& known = table_.priors[i];
    // An append restates a prior of its base; twice in the files is left to the table's own rules.
    if (prior_origins_[i].line != 0 || known.driver != prior.driver ||
        known.indicator != prior.indicator || known.lag != prior.lag) {
      continue;
    }
    table_.priors[i] = std::move(prior);
    prior_origins_[i] = OriginOf(row);
    return;
  }
  table_.priors.push_back(std::move(prior));
  prior_origins_.push_back(OriginOf(row));
}

sim::DriverTable DriversReader::Finish() {
  for (const auto& [id, cells] : cells_) {
    std::optional<int> index;
    for (size_t i = 0; i < table_.drivers.size(); ++i) {
      if (table_.drivers[i].id == id) index = static_cast<int>(i);
    }
    if (!index.has_value()) {
      index = static_cast<int>(table_.drivers.size());
      table_.drivers.push_back({.id = id, .frequency = cells.frequency});
    }
    sim::Driver& driver = table_.drivers[static_cast<size_t>(*index)];
    if (!cells.scope.empty()) {
      driver.scope = mapping_.make_ids ? MakeId(cells.scope) : cells.scope;
    }
    if (!cells.values.empty()) FillDriver(cells, driver);
    if (driver.derived.has_value()) driver.derived->has_own_history = !cells.values.empty();
  }
  if (sim::ValidateDerived(table_).empty()) {
    table_ = sim::WithComputedHistories(std::move(table_), frequency_);
  }
  AddOrigins(sim::ValidateDrivers(table_));
  return sim::SortedDrivers(table_);
}

void DriversReader::CheckPlaces(const sim::Network& network) {
  AddOrigins(sim::CheckDrivers(network, table_));
}

void DriversReader::AddOrigins(const sim::Violations& found) {
  for (sim::Violation violation : found.kept()) {
    const std::optional<size_t> index = ListIndex(violation.field);
    if (absl::StrContains(violation.field, ".derived.")) {
      violation.field = ColumnField(std::move(violation.field));
      violation.message.clear();
    }
    Origin origin;
    if (absl::StartsWith(violation.field, "priors[") && index.has_value() &&
        *index < prior_origins_.size()) {
      origin = prior_origins_[*index];
    } else if (absl::StartsWith(violation.field, "drivers[") && index.has_value() &&
               *index < table_.drivers.size()) {
      const std::string& id = table_.drivers[*index].id;
      origin = declared_.contains(id) ? declared_[id] : cells_[id].origin;
    }
    violations_.Add(WithOrigin(std::move(violation), origin));
  }
}

}  // namespace jalon::server
