#include "server/ingest/network_builder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/ingest/text_rules.h"

namespace jalon::server {
namespace {

constexpr absl::string_view kInThisVersion = " in this version";

sim::Aggregation UsualAggregation(sim::IndicatorKind kind) {
  if (kind == sim::IndicatorKind::kStock) return sim::Aggregation::kLast;
  return kind == sim::IndicatorKind::kRatio ? sim::Aggregation::kRatio : sim::Aggregation::kSum;
}

sim::Indicator ReadIndicator(FieldReader& fields, sim::Frequency frequency) {
  using sim::IndicatorKind;
  using sim::Measure;
  sim::Indicator indicator;
  indicator.id = fields.Text("id");
  indicator.label_fr = fields.Label("label_fr");
  indicator.label_en = fields.Label("label_en");
  indicator.product = fields.Label("product");
  indicator.family = fields.Label("family");
  indicator.kind = fields.Choice<IndicatorKind>("kind",
                                                {{"count", IndicatorKind::kCount},
                                                 {"amount", IndicatorKind::kAmount},
                                                 {"net_flow", IndicatorKind::kNetFlow},
                                                 {"stock", IndicatorKind::kStock},
                                                 {"ratio", IndicatorKind::kRatio},
                                                 {"derived", IndicatorKind::kDerived}},
                                                IndicatorKind::kCount, kInThisVersion);
  if (indicator.kind == IndicatorKind::kCount && fields.Has("kind") &&
      fields.Text("kind") != "count") {
    // A kind just refused: its values break no further rule.
    indicator.kind = IndicatorKind::kNetFlow;
  }
  const Measure usual = indicator.kind == IndicatorKind::kCount   ? Measure::kCount
                        : indicator.kind == IndicatorKind::kRatio ? Measure::kRatio
                                                                  : Measure::kMoney;
  indicator.measure = fields.Choice<Measure>(
      "measure",
      {{"count", Measure::kCount}, {"money", Measure::kMoney}, {"ratio", Measure::kRatio}}, usual);
  indicator.direction = fields.Choice<sim::Direction>(
      "direction",
      {{"higher", sim::Direction::kHigherIsBetter}, {"lower", sim::Direction::kLowerIsBetter}},
      sim::Direction::kHigherIsBetter);
  indicator.aggregation =
      fields.Choice<sim::Aggregation>("aggregation",
                                      {{"sum", sim::Aggregation::kSum},
                                       {"last", sim::Aggregation::kLast},
                                       {"mean", sim::Aggregation::kMean},
                                       {"ratio", sim::Aggregation::kRatio}},
                                      UsualAggregation(indicator.kind), kInThisVersion);
  indicator.basis =
      fields.Choice<sim::AttainmentBasis>("basis",
                                          {{"level", sim::AttainmentBasis::kLevel},
                                           {"scaled", sim::AttainmentBasis::kScaled},
                                           {"variation", sim::AttainmentBasis::kVariation}},
                                          sim::AttainmentBasis::kLevel, kInThisVersion);
  indicator.attainment_scale = fields.Number("scale");
  indicator.attainment_floor = fields.Number("floor");
  indicator.attainment_cap = fields.Number("cap");
  indicator.rounding_step = fields.Number("rounding").value_or(1.0);
  indicator.adds_over_units = fields.YesNo("adds_over_units", true);
  indicator.adds_over_segments = fields.YesNo("adds_over_segments", true);
  indicator.adds_over_channels = fields.YesNo("adds_over_channels", true);
  indicator.provisional_from = fields.Period("provisional_from", frequency);
  indicator.unit_kinds = fields.List("unit_kinds");
  indicator.exposure = fields.Choice<sim::Exposure>(
      "exposure", {{"none", sim::Exposure::kNone}, {"opening_days", sim::Exposure::kOpeningDays}},
      sim::Exposure::kNone);
  indicator.inflows = fields.List("inflows");
  indicator.outflows = fields.List("outflows");
  indicator.numerator = fields.Text("numerator");
  indicator.denominator = fields.Text("denominator");
  indicator.expression = fields.Text("expression");
  return indicator;
}

IndicatorReading ReadReading(FieldReader& fields, const sim::Indicator& indicator) {
  IndicatorReading reading;
  reading.difference = fields.YesNo("difference", false);
  reading.multiply = fields.Number("multiply").value_or(1.0);
  reading.report_jumps = fields.Number("report_jumps");
  if (reading.difference && indicator.kind != sim::IndicatorKind::kNetFlow) {
    fields.Refuse("difference", "needs `kind = net_flow`: a change may be negative",
                  "DIFFERENCE_NEEDS_NET_FLOW");
  }
  if (reading.multiply <= 0) fields.Refuse("multiply", "must be > 0", "OUT_OF_RANGE");
  if (reading.report_jumps.value_or(1.0) <= 0) {
    fields.Refuse("report_jumps", "must be > 0", "OUT_OF_RANGE");
  }
  return reading;
}

}  // namespace

NetworkBuilder::NetworkBuilder(const Mapping& mapping, const sim::Network* base)
    : mapping_(mapping),
      base_(base),
      unit_ids_(mapping.make_ids),
      segment_ids_(mapping.make_ids),
      attributes_(base == nullptr ? std::vector<sim::Attribute>() : base->spec().attributes) {
  if (base != nullptr) {
    spec_ = base->spec();
  } else {
    spec_.id = mapping.network_id;
    spec_.label = mapping.network_label;
    spec_.currency = mapping.currency;
    spec_.frequency = mapping.frequency;
  }
  if (spec_.segments.empty() || spec_.segments[0].id != sim::kAllSegments) {
    spec_.segments.insert(spec_.segments.begin(), {.id = sim::kAllSegments});
  }
  for (size_t i = 0; i < spec_.units.size(); ++i) units_[spec_.units[i].id] = static_cast<int>(i);
  for (size_t i = 0; i < spec_.segments.size(); ++i) {
    segments_[spec_.segments[i].id] = static_cast<int>(i);
  }
  for (size_t i = 0; i < spec_.indicators.size(); ++i) {
    indicators_[spec_.indicators[i].id] = static_cast<int>(i);
  }
  unit_origins_.resize(spec_.units.size());
  segment_origins_.resize(spec_.segments.size());
  indicator_origins_.resize(spec_.indicators.size());
  readings_.resize(spec_.indicators.size());
}

void NetworkBuilder::ReadUnits(TableReader& reader, const TableMapping& table) {
  while (reader.NextRow()) {
    const DeclaredRow row = RowOf(reader, TableKind::kUnits);
    if (table.levels.empty()) {
      AddUnit(row);
    } else if (const std::optional<int> unit = UnitFromLevels(reader, table)) {
      DescribeUnit(row, *unit);
    }
  }
}

void NetworkBuilder::ReadSegments(TableReader& reader) {
  segments_declared_ = true;
  while (reader.NextRow()) AddSegment(RowOf(reader, TableKind::kSegments));
}

void NetworkBuilder::ReadIndicators(TableReader& reader) {
  while (reader.NextRow()) AddIndicator(RowOf(reader, TableKind::kIndicators));
}

void NetworkBuilder::AddInline(const InlineRow& row) {
  if (row.kind == TableKind::kIndicators) AddIndicator(RowOf(row, mapping_.file));
  if (row.kind == TableKind::kSegments) {
    segments_declared_ = true;
    AddSegment(RowOf(row, mapping_.file));
  }
}

void NetworkBuilder::AddUnit(const DeclaredRow& row) {
  FieldReader fields(row, violations_);
  const IdSpace::Id id = unit_ids_.Take(fields.Text("id"));
  if (!id.ok()) {
    fields.Refuse("id", id.rule, id.reason);
    return;
  }
  const std::string parent_text = fields.Text("parent");
  const std::string parent =
      mapping_.make_ids && !parent_text.empty() ? MakeId(parent_text) : parent_text;
  const auto known = units_.find(id.id);
  if (known == units_.end()) {
    const int unit =
        NewUnit({.id = id.id, .parent = parent, .level = fields.Label("level")}, OriginOf(row));
    DescribeUnit(row, unit);
    return;
  }
  const Origin& origin = unit_origins_[static_cast<size_t>(known->second)];
  if (origin.line != 0) {
    fields.Refuse("id",
                  absl::StrCat("must be declared once; ", origin.file, " line ", origin.line,
                               " declares it too"),
                  "DUPLICATE_ID");
    return;
  }
  // A unit of the base revision: everything but its place may change.
  if (unit(known->second).parent != parent) {
    fields.Refuse("parent",
                  absl::StrCat("must stay `", unit(known->second).parent,
                               "` in an append; import with REPLACE to move a unit"),
                  "CHANGED_IN_APPEND");
  }
  unit_origins_[static_cast<size_t>(known->second)] = OriginOf(row);
  DescribeUnit(row, known->second);
}

void NetworkBuilder::DescribeUnit(const DeclaredRow& row, int index) {
  FieldReader fields(row, violations_);
  sim::Unit& unit = this->unit(index);
  if (fields.Has("label_fr")) unit.label_fr = fields.Label("label_fr");
  if (fields.Has("label_en")) unit.label_en = fields.Label("label_en");
  if (fields.Has("kind")) unit.kind = fields.Label("kind");
  if (fields.Has("opened")) unit.opened = fields.Period("opened", spec_.frequency);
  if (fields.Has("closed")) unit.closed = fields.Period("closed", spec_.frequency);
  for (const auto& [name, cell] : row.cells) {
    absl::string_view attribute = name;
    if (!absl::ConsumePrefix(&attribute, "attribute.")) continue;
    attributes_.ReadInto(fields, attribute, unit);
  }
}

void NetworkBuilder::AddSegment(const DeclaredRow& row) {
  FieldReader fields(row, violations_);
  const IdSpace::Id id = segment_ids_.Take(fields.Text("id"));
  if (!id.ok()) {
    fields.Refuse("id", id.rule, id.reason);
    return;
  }
  const std::string parent_text = fields.Text("parent");
  sim::Segment segment{.id = id.id,
                       .parent = mapping_.make_ids ? MakeId(parent_text) : parent_text,
                       .label_fr = fields.Label("label_fr"),
                       .label_en = fields.Label("label_en")};
  const Origin origin = OriginOf(row);
  const auto known = segments_.find(id.id);
  if (known == segments_.end()) {
    segments_[id.id] = static_cast<int>(spec_.segments.size());
    spec_.segments.push_back(std::move(segment));
    segment_origins_.push_back(origin);
    return;
  }
  const size_t index = static_cast<size_t>(known->second);
  if (segment_origins_[index].line != 0) {
    fields.Refuse("id", "must be declared once", "DUPLICATE_ID");
    return;
  }
  spec_.segments[index] = std::move(segment);
  segment_origins_[index] = origin;
}

void NetworkBuilder::AddIndicator(const DeclaredRow& row) {
  FieldReader fields(row, violations_);
  if (const std::optional<TextProblem> problem = CheckId(fields.Text("id"))) {
    fields.Refuse("id", problem->rule, problem->reason);
    return;
  }
  sim::Indicator indicator = ReadIndicator(fields, spec_.frequency);
  IndicatorReading reading = ReadReading(fields, indicator);
  const Origin origin = OriginOf(row);
  const auto known = indicators_.find(indicator.id);
  if (known == indicators_.end()) {
    indicators_[indicator.id] = static_cast<int>(spec_.indicators.size());
    spec_.indicators.push_back(std::move(indicator));
    readings_.push_back(reading);
    indicator_origins_.push_back(origin);
    return;
  }
  const size_t index = static_cast<size_t>(known->second);
  if (indicator_origins_[index].line != 0) {
    fields.Refuse("id", "must be declared once", "DUPLICATE_ID");
    return;
  }
  const sim::Indicator& before = spec_.indicators[index];
  if (before.kind != indicator.kind || before.measure != indicator.measure ||
      before.rounding_step != indicator.rounding_step) {
    fields.Refuse("id", "must keep its kind, measure and rounding in an append",
                  "CHANGED_IN_APPEND");
  }
  spec_.indicators[index] = std::move(indicator);
  readings_[index] = reading;
  indicator_origins_[index] = origin;
}

int NetworkBuilder::NewUnit(sim::Unit unit, Origin origin) {
  const int index = unit_count();
  units_[unit.id] = index;
  spec_.units.push_back(std::move(unit));
  unit_origins_.push_back(std::move(origin));
  return index;
}

std::optional<int> NetworkBuilder::UnitFromLevels(TableReader& reader, const TableMapping& table) {
  last_levels_.resize(std::max(last_levels_.size(), table.levels.size()));
  int unit = -1;
  for (size_t level = 0; level < table.levels.size(); ++level) {
    const absl::string_view text = reader.Text(reader.LevelRole(level));
    LastLevel& last = last_levels_[level];
    if (!text.empty() && last.parent == unit && last.text == text) {
      unit = last.unit;
      continue;
    }
    const std::optional<int> found = LevelUnit(reader, table, level, unit);
    if (!found.has_value()) return std::nullopt;
    last = {std::string(text), unit, *found};
    unit = *found;
  }
  return unit;
}

std::optional<int> NetworkBuilder::LevelUnit(TableReader& reader, const TableMapping& table,
                                             size_t level, int parent) {
  const int role = reader.LevelRole(level);
  const absl::string_view text = reader.Text(role);
  const IdSpace::Id id = unit_ids_.Take(text);
  if (!id.ok()) {
    reader.Refuse(reader.PlaceOf(role), text, id.rule, id.reason);
    return std::nullopt;
  }
  const std::string& level_name = table.levels[level].name;
  const std::string parent_id = parent < 0 ? "" : unit(parent).id;
  const auto known = units_.find(id.id);
  if (known == units_.end()) {
    const int created =
        NewUnit({.id = id.id, .parent = parent_id, .level = level_name},
                {reader.file(), reader.line(), {{"id", reader.PlaceOf(role).column}}});
    if (parent < 0) tops_.insert(created);
    LabelUnit(reader, reader.LevelLabelRole(level), created);
    if (mapping_.make_ids && unit(created).label_fr.empty() && id.id != text) {
      unit(created).label_fr = std::string(text);
    }
    return created;
  }
  const sim::Unit& before = unit(known->second);
  if (before.level != level_name) {
    reader.Refuse(reader.PlaceOf(role), text,
                  absl::StrCat("must be of one level: it is also a `", before.level,
                               "`; give the ids of a level a prefix, as `", level_name, "-{...}`"),
                  "DUPLICATE_ID");
    return std::nullopt;
  }
  if (parent >= 0 && before.parent != parent_id) {
    reader.Refuse(
        reader.PlaceOf(role), text,
        absl::StrCat("must have one parent: `", before.parent, "` before, `", parent_id, "` here"),
        "TWO_PARENTS");
    return std::nullopt;
  }
  return known->second;
}

void NetworkBuilder::LabelUnit(TableReader& reader, int role, int index) {
  const absl::string_view label = reader.Text(role);
  if (const std::optional<TextProblem> problem = CheckLabel(label)) {
    reader.Refuse(reader.PlaceOf(role), label, problem->rule, problem->reason);
    return;
  }
  unit(index).label_fr = std::string(label);
}

std::optional<int> NetworkBuilder::Find(const IndexById& by_id, absl::string_view text) const {
  const auto known = mapping_.make_ids ? by_id.find(MakeId(text)) : by_id.find(text);
  if (known == by_id.end()) return std::nullopt;
  return known->second;
}

std::optional<int> NetworkBuilder::FindUnit(absl::string_view text) const {
  return Find(units_, text);
}

std::optional<int> NetworkBuilder::FindIndicator(absl::string_view text) const {
  const auto known = indicators_.find(text);
  if (known == indicators_.end()) return std::nullopt;
  return known->second;
}

std::optional<int> NetworkBuilder::FindOrAddSegment(absl::string_view text,
                                                    const sim::Violation& place) {
  if (text.empty()) return 0;
  if (const std::optional<int> known = Find(segments_, text)) return known;
  sim::Violation violation = place;
  violation.value = std::string(text);
  const IdSpace::Id id = segment_ids_.Take(text);
  if (segments_declared_ || base_ != nullptr) {
    violation.rule = "must be a declared segment, or `all`";
    violation.reason = "UNKNOWN_SEGMENT";
  } else if (!id.ok()) {
    violation.rule = id.rule;
    violation.reason = id.reason;
  } else {
    const int index = static_cast<int>(spec_.segments.size());
    segments_[id.id] = index;
    spec_.segments.push_back({.id = id.id, .label_fr = id.id == text ? "" : std::string(text)});
    segment_origins_.push_back({place.file, place.line, {{"id", place.column}}});
    return index;
  }
  violations_.Add(std::move(violation));
  return std::nullopt;
}

void NetworkBuilder::AddRoot() {
  if (tops_.empty()) return;
  std::string root;
  for (size_t i = 0; i < spec_.units.size(); ++i) {
    if (spec_.units[i].parent.empty() && !tops_.contains(static_cast<int>(i))) {
      root = spec_.units[i].id;
    }
  }
  if (root.empty()) {
    root = mapping_.root_id;
    NewUnit({.id = root, .label_fr = mapping_.root_label, .level = mapping_.root_level},
            {mapping_.file, 0, {}});
  }
  for (const int top : tops_) unit(top).parent = root;
}

// Units declared without a level get one named after their depth.
void NetworkBuilder::NameLevels() {
  for (sim::Unit& unit : spec_.units) {
    if (!unit.level.empty()) continue;
    int depth = 0;
    const sim::Unit* at = &unit;
    // At most as many steps as there are levels, so that a cycle ends too.
    while (!at->parent.empty() && depth < 9) {
      const auto parent = units_.find(at->parent);
      if (parent == units_.end()) break;
      at = &spec_.units[static_cast<size_t>(parent->second)];
      ++depth;
    }
    unit.level = absl::StrCat("level-", depth);
  }
}

const sim::NetworkSpec& NetworkBuilder::Complete() {
  spec_.attributes = attributes_.attributes();
  AddRoot();
  NameLevels();
  return spec_;
}

sim::Violation NetworkBuilder::WithPlace(sim::Violation violation) const {
  const std::optional<size_t> index = ListIndex(violation.field);
  if (!index.has_value()) return violation;
  if (absl::StartsWith(violation.field, "attributes[")) {
    const bool known = *index < attributes_.size() && attributes_.origin(*index).line != 0;
    return known ? WithOrigin(std::move(violation), attributes_.origin(*index)) : violation;
  }
  const bool of_units = absl::StartsWith(violation.field, "units[");
  const bool of_segments = absl::StartsWith(violation.field, "segments[");
  const std::vector<Origin>& origins = of_units      ? unit_origins_
                                       : of_segments ? segment_origins_
                                                     : indicator_origins_;
  if (*index < origins.size()) violation = WithOrigin(std::move(violation), origins[*index]);
  return violation;
}

}  // namespace jalon::server
