#include "server/ingest/realisations_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/base/missing.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

bool HasValue(const double* row, int64_t size) {
  return std::any_of(row, row + size, [](double value) { return !std::isnan(value); });
}

}  // namespace

void RealisationsReader::Read(TableReader& reader, const TableMapping& table) {
  const Roles roles{reader.Role("unit"), reader.Role("segment"), reader.Role("indicator"),
                    reader.Role("period")};
  last_unit_ = last_segment_ = last_indicator_ = {};
  if (roles.period < 0 || (roles.unit < 0 && table.levels.empty()) || !reader.HasValues()) {
    sim::Violation place{.field = "realisations", .file = table.file};
    reader.Refuse(place, "",
                  absl::StrCat("must have columns (or mapping keys) for `unit`, `period` and "
                               "`value`"),
                  "UNKNOWN_COLUMN");
    return;
  }
  const int unit_role =
      table.levels.empty() ? roles.unit : reader.LevelRole(table.levels.size() - 1);
  files_.push_back({.name = table.file,
                    .sums = table.duplicates == Duplicates::kSum,
                    .unit_column = reader.ColumnOf(unit_role)});
  while (reader.NextRow()) {
    for (int record = 0; record < reader.record_count(); ++record) {
      reader.SelectRecord(record);
      ReadRecord(reader, table, roles);
    }
  }
}

// Every part is read before any of them ends the record, so that a row reports all its problems.
void RealisationsReader::ReadRecord(TableReader& reader, const TableMapping& table,
                                    const Roles& roles) {
  const std::optional<sim::Period> period =
      reader.ReadPeriod(reader.Text(roles.period), frequency_, roles.period);
  if (reader.last_was_outside()) return;
  const std::optional<int> unit = UnitOf(reader, table, roles);
  const std::optional<int> segment = SegmentOf(reader, roles);
  const std::optional<int> indicator = IndicatorOf(reader, roles);
  const absl::string_view text = reader.ValueText();
  if (text.empty()) return;  // missing
  std::optional<double> value = reader.Number(text);
  if (!value.has_value() || !indicator.has_value()) return;
  *value *= builder_.reading(*indicator).multiply;
  if (!IsAcceptable(reader, *indicator, *value)) return;
  if (!period.has_value() || !unit.has_value() || !segment.has_value()) return;
  cells_.push_back({.series = SeriesOf({*unit, *segment, *indicator}),
                    .period = period->index,
                    .value = *value,
                    .line = static_cast<int32_t>(reader.line()),
                    .file = static_cast<int16_t>(files_.size() - 1),
                    .column = static_cast<int16_t>(reader.ValuePlace().column)});
  if (!window_.has_value()) window_ = sim::Window{*period, *period};
  window_->first = std::min(window_->first, *period);
  window_->last = std::max(window_->last, *period);
}

std::optional<int> RealisationsReader::UnitOf(TableReader& reader, const TableMapping& table,
                                              const Roles& roles) {
  if (!table.levels.empty()) return builder_.UnitFromLevels(reader, table);
  const absl::string_view text = reader.Text(roles.unit);
  if (!text.empty() && text == last_unit_.text && last_unit_.index.has_value()) {
    return last_unit_.index;
  }
  const std::optional<int> unit = builder_.FindUnit(text);
  if (!unit.has_value()) {
    reader.Refuse(reader.PlaceOf(roles.unit), text,
                  text.empty() ? "must not be empty" : "must be a declared unit",
                  text.empty() ? "EMPTY_ID" : "UNKNOWN_UNIT");
  }
  last_unit_ = {std::string(text), unit};
  return unit;
}

std::optional<int> RealisationsReader::SegmentOf(TableReader& reader, const Roles& roles) {
  if (roles.segment < 0) return 0;
  const absl::string_view text = reader.Text(roles.segment);
  if (text == last_segment_.text && last_segment_.index.has_value()) return last_segment_.index;
  last_segment_ = {std::string(text),
                   builder_.FindOrAddSegment(text, reader.PlaceOf(roles.segment))};
  return last_segment_.index;
}

std::optional<int> RealisationsReader::IndicatorOf(TableReader& reader, const Roles& roles) {
  if (roles.indicator < 0 && reader.ValueId().empty()) {
    if (builder_.indicator_count() == 1) return 0;
    reader.Refuse(reader.ValuePlace(), "", "must come with an indicator: declare `indicator`",
                  "UNKNOWN_INDICATOR");
    return std::nullopt;
  }
  const absl::string_view text =
      roles.indicator < 0 ? absl::string_view(reader.ValueId()) : reader.Text(roles.indicator);
  if (text == last_indicator_.text && last_indicator_.index.has_value()) {
    return last_indicator_.index;
  }
  const std::optional<int> indicator = builder_.FindIndicator(text);
  if (!indicator.has_value()) {
    const sim::Violation place =
        roles.indicator < 0 ? reader.ValuePlace() : reader.PlaceOf(roles.indicator);
    reader.Refuse(place, text, "must be a declared indicator", "UNKNOWN_INDICATOR");
  }
  last_indicator_ = {std::string(text), indicator};
  return indicator;
}

bool RealisationsReader::IsAcceptable(TableReader& reader, int indicator, double value) {
  const sim::IndicatorKind kind = builder_.indicator(indicator).kind;
  if (kind == sim::IndicatorKind::kRatio || kind == sim::IndicatorKind::kDerived) {
    reader.Refuse(reader.ValuePlace(), reader.ValueText(),
                  "must be left out: ratios and derived indicators are computed from others",
                  "NO_SERIES_OF_ITS_OWN");
    return false;
  }
  if (reader.last_was_percent()) {
    reader.Refuse(reader.ValuePlace(), reader.ValueText(), "must not be a percentage",
                  "PERCENT_IN_REALISATION");
    return false;
  }
  if (!std::isfinite(value)) {
    reader.Refuse(reader.ValuePlace(), reader.ValueText(), "must be a finite number", "NOT_FINITE");
    return false;
  }
  const bool is_whole = kind == sim::IndicatorKind::kCount ||
                        (kind == sim::IndicatorKind::kStock &&
                         builder_.indicator(indicator).measure == sim::Measure::kCount);
  if (kind != sim::IndicatorKind::kAmount && !is_whole) return true;
  if (value < 0) {
    reader.Refuse(reader.ValuePlace(), reader.ValueText(), "must be >= 0", "NEGATIVE");
    return false;
  }
  if (is_whole && value != std::floor(value)) {
    reader.Refuse(reader.ValuePlace(), reader.ValueText(), "must be a whole number", "NOT_WHOLE");
    return false;
  }
  return true;
}

int RealisationsReader::SeriesOf(const Series& series) {
  if (series.unit == last_series_.unit && series.segment == last_series_.segment &&
      series.indicator == last_series_.indicator) {
    return last_series_index_;
  }
  const auto [known, inserted] =
      series_index_.try_emplace(std::make_tuple(series.unit, series.segment, series.indicator),
                                static_cast<int>(series_.size()));
  if (inserted) series_.push_back(series);
  last_series_ = series;
  last_series_index_ = known->second;
  return known->second;
}

std::string RealisationsReader::NameOf(const Series& series) const {
  return absl::StrCat(builder_.unit(series.unit).id, "/", builder_.segment(series.segment).id, "/",
                      builder_.indicator(series.indicator).id);
}

sim::Violation RealisationsReader::PlaceOf(const Cell& cell) const {
  return {.file = files_[static_cast<size_t>(cell.file)].name,
          .line = cell.line,
          .column = cell.column};
}

sim::Violation RealisationsReader::UnitPlaceOf(const Cell& cell) const {
  sim::Violation place = PlaceOf(cell);
  const int64_t column = files_[static_cast<size_t>(cell.file)].unit_column;
  if (column > 0) place.column = column;
  return place;
}

std::pair<int64_t, int64_t> RealisationsReader::InferDates(bool opened, bool closed) {
  std::pair<int64_t, int64_t> counts{0, 0};
  if (!window_.has_value()) return counts;
  struct Span {
    int32_t first = std::numeric_limits<int32_t>::max();
    int32_t last = std::numeric_limits<int32_t>::min();
  };
  std::vector<Span> spans(static_cast<size_t>(builder_.unit_count()));
  for (const Cell& cell : cells_) {
    Span& span = spans[static_cast<size_t>(series_[static_cast<size_t>(cell.series)].unit)];
    span.first = std::min(span.first, cell.period);
    span.last = std::max(span.last, cell.period);
  }
  for (size_t u = 0; u < spans.size(); ++u) {
    const Span& span = spans[u];
    if (span.first > span.last) continue;
    sim::Unit& unit = builder_.unit(static_cast<int>(u));
    const bool of_base = builder_.IsOfBase(static_cast<int>(u));
    if (of_base && closed && unit.closed.has_value() && span.last >= unit.closed->index) {
      unit.closed.reset();
    }
    if (opened && !of_base && !unit.opened.has_value() && span.first > window_->first.index) {
      unit.opened = sim::Period{frequency_, span.first};
      ++counts.first;
    }
    if (closed && !unit.closed.has_value() && span.last < window_->last.index) {
      unit.closed = sim::Period{frequency_, span.last + 1};
      ++counts.second;
    }
  }
  return counts;
}

absl::Status RealisationsReader::CheckSize() const {
  if (!window_.has_value()) {
    return sim::ViolationStatus({.field = "realisations",
                                 .rule = "must hold at least one value",
                                 .reason = "NO_VALUES",
                                 .file = files_.empty() ? "" : files_[0].name});
  }
  if (window_->size() > sim::Realisations::kMaxPeriods) {
    return sim::ViolationStatus(
        {.field = "realisations",
         .value = absl::StrCat(window_->ToString(), ", ", window_->size(), " periods"),
         .rule = absl::StrCat("must span <= ", sim::Realisations::kMaxPeriods, " periods"),
         .reason = "TOO_MANY_PERIODS"});
  }
  if (static_cast<int64_t>(series_.size()) * window_->size() > kMaxRealisationCells) {
    return sim::ViolationStatus(
        {.field = "realisations",
         .value = absl::StrCat(series_.size(), " series x ", window_->size(), " periods"),
         .rule = absl::StrCat("must have <= ", kMaxRealisationCells, " cells"),
         .reason = "TOO_MANY_CELLS"});
  }
  return absl::OkStatus();
}

std::vector<double> RealisationsReader::LayOut(sim::Violations& violations) const {
  const size_t periods = static_cast<size_t>(window_->size());
  std::vector<double> values(series_.size() * periods, sim::kMissing);
  std::vector<int32_t> first_cell(values.size(), -1);
  for (size_t i = 0; i < cells_.size(); ++i) {
    const Cell& cell = cells_[i];
    const size_t at = static_cast<size_t>(cell.series) * periods +
                      static_cast<size_t>(cell.period - window_->first.index);
    if (first_cell[at] < 0) {
      first_cell[at] = static_cast<int32_t>(i);
      values[at] = cell.value;
      continue;
    }
    const Cell& first = cells_[static_cast<size_t>(first_cell[at])];
    const File& first_file = files_[static_cast<size_t>(first.file)];
    if (files_[static_cast<size_t>(cell.file)].sums && first_file.sums) {
      values[at] += cell.value;
      continue;
    }
    sim::Violation violation = PlaceOf(cell);
    violation.field = "period";
    violation.value = absl::StrCat(NameOf(series_[static_cast<size_t>(cell.series)]), " in ",
                                   sim::Period{frequency_, cell.period}.ToString());
    violation.rule = absl::StrCat("must be given once; ", first_file.name, " line ", first.line,
                                  " column ", first.column, " gives it too");
    violation.reason = "DUPLICATE_CELL";
    violations.Add(std::move(violation));
  }
  return values;
}

// The first cell of each series says where it stands.
void RealisationsReader::CheckSeries(const sim::Network& network,
                                     sim::Violations& violations) const {
  std::vector<bool> seen(series_.size(), false);
  for (const Cell& cell : cells_) {
    const size_t i = static_cast<size_t>(cell.series);
    if (seen[i]) continue;
    seen[i] = true;
    const int unit = *network.FindUnit(builder_.unit(series_[i].unit).id);
    const int indicator = *network.FindIndicator(builder_.indicator(series_[i].indicator).id);
    sim::Violation violation = UnitPlaceOf(cell);
    violation.field = "unit";
    violation.value = network.unit(unit).id;
    if (!network.is_leaf(unit)) {
      violation.rule = "must be a branch: values of units above branches are their sums";
      violation.reason = "NOT_A_LEAF";
      violations.Add(std::move(violation));
    } else if (!network.Applies(indicator, unit)) {
      violation.rule = absl::StrCat("must be of a kind that `", network.indicator(indicator).id,
                                    "` applies to, not `", network.unit(unit).kind, "`");
      violation.reason = "NOT_APPLICABLE";
      violations.Add(std::move(violation));
    }
  }
}

void RealisationsReader::TakeDifferences(std::vector<double>& values,
                                         const std::vector<sim::SeriesKey>& keys,
                                         Result& result) const {
  const size_t periods = static_cast<size_t>(window_->size());
  for (size_t i = 0; i < series_.size(); ++i) {
    const IndicatorReading& reading = builder_.reading(series_[i].indicator);
    if (!reading.difference) continue;
    double* row = values.data() + i * periods;
    for (size_t t = periods; t-- > 0;) {
      const double after = row[t];
      const double before = t == 0 ? sim::kMissing : row[t - 1];
      row[t] = after - before;  // missing when either is
      if (std::isnan(row[t]) || !reading.report_jumps.has_value()) continue;
      if (std::abs(row[t]) <= *reading.report_jumps * std::abs(before)) continue;
      ++result.jump_count;
      result.jumps.push_back({keys[i], window_->first + static_cast<int>(t), before, after});
    }
  }
  std::sort(result.jumps.begin(), result.jumps.end(), [](const Jump& a, const Jump& b) {
    return a.key != b.key ? a.key < b.key : a.period < b.period;
  });
  if (result.jumps.size() > kMaxListed) result.jumps.resize(kMaxListed);
}

absl::StatusOr<sim::Realisations> RealisationsReader::Create(
    const sim::Network& network, const std::vector<sim::SeriesKey>& keys,
    const std::vector<double>& values, SeriesHash hash) const {
  const int64_t periods = window_->size();
  std::vector<size_t> order;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (HasValue(values.data() + static_cast<int64_t>(i) * periods, periods)) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return keys[a] < keys[b]; });
  int64_t first = periods;
  int64_t last = -1;
  for (const size_t i : order) {
    const double* row = values.data() + static_cast<int64_t>(i) * periods;
    for (int64_t t = 0; t < first; ++t) {
      if (!std::isnan(row[t])) first = t;
    }
    for (int64_t t = periods - 1; t > last; --t) {
      if (!std::isnan(row[t])) last = t;
    }
  }
  std::vector<sim::SeriesKey> sorted_keys;
  std::vector<double> sorted_values;
  sorted_keys.reserve(order.size());
  sorted_values.reserve(order.size() * static_cast<size_t>(std::max<int64_t>(0, last - first + 1)));
  for (const size_t i : order) {
    const double* row = values.data() + static_cast<int64_t>(i) * periods;
    sorted_keys.push_back(keys[i]);
    sorted_values.insert(sorted_values.end(), row + first, row + last + 1);
  }
  if (order.empty()) first = 0;
  return sim::Realisations::CreateWithHash(network, window_->first + static_cast<int>(first),
                                           std::move(sorted_keys), std::move(sorted_values), hash);
}

absl::StatusOr<RealisationsReader::Result> RealisationsReader::Finish(const sim::Network& network,
                                                                      SeriesHash hash) {
  JALON_RETURN_IF_ERROR(CheckSize());
  sim::Violations violations;
  CheckSeries(network, violations);
  std::vector<double> values = LayOut(violations);
  if (!violations.empty()) return violations.ToStatus();
  cells_ = {};  // the rectangle has it all
  std::vector<sim::SeriesKey> keys;
  keys.reserve(series_.size());
  for (const Series& series : series_) {
    keys.push_back({*network.FindIndicator(builder_.indicator(series.indicator).id),
                    *network.FindUnit(builder_.unit(series.unit).id),
                    *network.FindSegment(builder_.segment(series.segment).id)});
  }
  Result result;
  TakeDifferences(values, keys, result);
  JALON_ASSIGN_OR_RETURN(result.realisations, Create(network, keys, values, hash));
  return result;
}

}  // namespace jalon::server
