#include "server/convert/network.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/convert/derived_driver.h"
#include "server/convert/enums.h"
#include "sim/base/missing.h"
#include "sim/base/status_macros.h"

namespace jalon::server {
namespace {

std::string Text(const std::optional<sim::Period>& period) {
  return period.has_value() ? period->ToString() : "";
}

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("stored data cannot be read back: ", what));
}

// Periods of stored content were written by us: a bad one is damage.
absl::StatusOr<std::optional<sim::Period>> StoredPeriod(const std::string& text) {
  if (text.empty()) return std::optional<sim::Period>();
  const absl::StatusOr<sim::Period> period = sim::ParsePeriod(text);
  if (!period.ok()) return Damaged(period.status().message());
  return std::optional<sim::Period>(*period);
}

absl::StatusOr<sim::Unit> UnitFromProto(const v1::Unit& proto) {
  sim::Unit unit{.id = proto.id(),
                 .parent = proto.parent(),
                 .label_fr = proto.label_fr(),
                 .label_en = proto.label_en(),
                 .level = proto.level(),
                 .kind = proto.kind()};
  for (const auto& [key, value] : proto.attributes()) unit.attributes[key] = value;
  for (const auto& [key, text] : proto.texts()) unit.texts[key] = text;
  JALON_ASSIGN_OR_RETURN(unit.opened, StoredPeriod(proto.opened()));
  JALON_ASSIGN_OR_RETURN(unit.closed, StoredPeriod(proto.closed()));
  return unit;
}

absl::StatusOr<sim::Attribute> AttributeFromProto(const v1::Attribute& proto) {
  sim::Attribute attribute{.name = proto.name(),
                           .unit_of_measure = proto.unit_of_measure(),
                           .label_fr = proto.label_fr(),
                           .label_en = proto.label_en()};
  switch (proto.kind()) {
    case v1::Attribute::KIND_NUMBER:
      return attribute;
    case v1::Attribute::KIND_SHARE:
      attribute.kind = sim::AttributeKind::kShare;
      return attribute;
    case v1::Attribute::KIND_TEXT:
      attribute.kind = sim::AttributeKind::kText;
      return attribute;
    default:
      return Damaged("an attribute");
  }
}

sim::Segment SegmentFromProto(const v1::Segment& proto) {
  return {.id = proto.id(),
          .parent = proto.parent(),
          .label_fr = proto.label_fr(),
          .label_en = proto.label_en()};
}

absl::StatusOr<sim::Indicator> IndicatorFromProto(const v1::Indicator& proto) {
  const auto measure = FromProto(proto.measure());
  const auto kind = FromProto(proto.kind());
  const auto direction = FromProto(proto.direction());
  const auto aggregation = FromProto(proto.time_aggregation());
  const auto basis = FromProto(proto.attainment_basis());
  if (!measure || !kind || !direction || !aggregation || !basis) return Damaged(proto.id());
  sim::Indicator indicator{.id = proto.id(),
                           .label_fr = proto.label_fr(),
                           .label_en = proto.label_en(),
                           .product = proto.product(),
                           .family = proto.family(),
                           .measure = *measure,
                           .kind = *kind,
                           .direction = *direction,
                           .aggregation = *aggregation,
                           .basis = *basis,
                           .rounding_step = proto.rounding_step(),
                           .adds_over_units = proto.adds_over_units(),
                           .adds_over_segments = proto.adds_over_segments(),
                           .adds_over_channels = proto.adds_over_channels()};
  if (proto.attainment_scale() > 0) indicator.attainment_scale = proto.attainment_scale();
  if (proto.has_ro_floor()) indicator.attainment_floor = proto.ro_floor();
  if (proto.has_ro_cap()) indicator.attainment_cap = proto.ro_cap();
  JALON_ASSIGN_OR_RETURN(indicator.provisional_from, StoredPeriod(proto.provisional_from()));
  if (proto.exposure() == v1::Indicator::EXPOSURE_OPENING_DAYS) {
    indicator.exposure = sim::Exposure::kOpeningDays;
  }
  indicator.unit_kinds.assign(proto.unit_kinds().begin(), proto.unit_kinds().end());
  indicator.inflows.assign(proto.inflows().begin(), proto.inflows().end());
  indicator.outflows.assign(proto.outflows().begin(), proto.outflows().end());
  indicator.numerator = proto.numerator();
  indicator.denominator = proto.denominator();
  indicator.expression = proto.expression();
  return indicator;
}

absl::StatusOr<sim::Driver> DriverFromProto(const v1::Driver& proto) {
  const auto driver_class = FromProto(proto.category());
  const auto frequency = FromProto(proto.frequency());
  const auto rule = FromProto(proto.quarterly_rule());
  const absl::StatusOr<sim::Period> first = sim::ParsePeriod(proto.first_period());
  if (!driver_class || !frequency || !rule || !first.ok()) return Damaged(proto.id());
  sim::Driver driver{.id = proto.id(),
                     .label_fr = proto.label_fr(),
                     .label_en = proto.label_en(),
                     .unit = proto.unit_of_measure(),
                     .driver_class = *driver_class,
                     .scope = proto.scope(),
                     .frequency = *frequency,
                     .quarter_rule = *rule,
                     .first = *first};
  if (proto.has_derived()) driver.derived = FromProto(proto.derived());
  driver.values.assign(proto.values().begin(), proto.values().end());
  for (size_t i = 0; i < driver.values.size(); ++i) {
    if (BitAt(proto.missing_bitmap(), i)) driver.values[i] = sim::kMissing;
  }
  return driver;
}

template <typename Repeated>
void AddValues(std::span<const double> values, Repeated* repeated) {
  repeated->Reserve(repeated->size() + values.size());
  for (const double value : values) repeated->Add(std::isnan(value) ? 0.0 : value);
}

}  // namespace

std::string MissingBitmap(std::span<const double> values) {
  std::string bitmap;
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isnan(values[i])) continue;
    if (bitmap.empty()) bitmap.resize((values.size() + 7) / 8);
    bitmap[i / 8] = static_cast<char>(bitmap[i / 8] | (1 << (i % 8)));
  }
  return bitmap;
}

bool BitAt(absl::string_view bitmap, size_t i) {
  return i / 8 < bitmap.size() && ((bitmap[i / 8] >> (i % 8)) & 1) != 0;
}

v1::Unit UnitToProto(const sim::Network& network, int u) {
  const sim::Unit& unit = network.unit(u);
  v1::Unit proto;
  proto.set_id(unit.id);
  proto.set_label_en(unit.label_en);
  proto.set_label_fr(unit.label_fr);
  proto.set_parent(unit.parent);
  proto.set_depth(network.unit_depth(u));
  proto.set_level(unit.level);
  proto.set_kind(unit.kind);
  proto.set_opened(Text(unit.opened));
  proto.set_closed(Text(unit.closed));
  proto.set_position(u);
  proto.set_subtree_size(network.unit_end(u) - u);
  for (const auto& [key, value] : unit.attributes) (*proto.mutable_attributes())[key] = value;
  for (const auto& [key, text] : unit.texts) (*proto.mutable_texts())[key] = text;
  return proto;
}

v1::Attribute ToProto(const sim::Attribute& attribute) {
  v1::Attribute proto;
  proto.set_name(attribute.name);
  proto.set_kind(attribute.kind == sim::AttributeKind::kNumber  ? v1::Attribute::KIND_NUMBER
                 : attribute.kind == sim::AttributeKind::kShare ? v1::Attribute::KIND_SHARE
                                                                : v1::Attribute::KIND_TEXT);
  proto.set_unit_of_measure(attribute.unit_of_measure);
  proto.set_label_en(attribute.label_en);
  proto.set_label_fr(attribute.label_fr);
  return proto;
}

v1::Segment SegmentToProto(const sim::Network& network, int s) {
  const sim::Segment& segment = network.segment(s);
  v1::Segment proto;
  proto.set_id(segment.id);
  proto.set_label_en(segment.label_en);
  proto.set_label_fr(segment.label_fr);
  proto.set_parent(segment.parent);
  if (s != 0 && segment.parent.empty()) proto.set_parent(sim::kAllSegments);
  proto.set_position(s);
  return proto;
}

v1::Indicator IndicatorToProto(const sim::Network& network, int k) {
  const sim::Indicator& indicator = network.indicator(k);
  v1::Indicator proto;
  proto.set_id(indicator.id);
  proto.set_label_en(indicator.label_en);
  proto.set_label_fr(indicator.label_fr);
  proto.set_product(indicator.product);
  proto.set_family(indicator.family);
  proto.set_measure(ToProto(indicator.measure));
  proto.set_kind(ToProto(indicator.kind));
  proto.set_direction(ToProto(indicator.direction));
  proto.set_time_aggregation(ToProto(indicator.aggregation));
  proto.set_attainment_basis(ToProto(indicator.basis));
  proto.set_attainment_scale(indicator.attainment_scale.value_or(0));
  if (indicator.attainment_floor) proto.set_ro_floor(*indicator.attainment_floor);
  if (indicator.attainment_cap) proto.set_ro_cap(*indicator.attainment_cap);
  proto.set_rounding_step(indicator.rounding_step);
  proto.set_provisional_from(Text(indicator.provisional_from));
  // Left out when there is none, so that networks without opening days keep their bytes.
  if (indicator.exposure == sim::Exposure::kOpeningDays) {
    proto.set_exposure(v1::Indicator::EXPOSURE_OPENING_DAYS);
  }
  proto.set_adds_over_units(indicator.adds_over_units);
  proto.set_adds_over_segments(indicator.adds_over_segments);
  proto.set_adds_over_channels(indicator.adds_over_channels);
  for (const std::string& kind : indicator.unit_kinds) proto.add_unit_kinds(kind);
  for (const std::string& flow : indicator.inflows) proto.add_inflows(flow);
  for (const std::string& flow : indicator.outflows) proto.add_outflows(flow);
  proto.set_numerator(indicator.numerator);
  proto.set_denominator(indicator.denominator);
  proto.set_expression(indicator.expression);
  proto.set_position(k);
  return proto;
}

v1::Driver ToProto(const sim::Driver& driver) {
  v1::Driver proto;
  proto.set_id(driver.id);
  proto.set_label_en(driver.label_en);
  proto.set_label_fr(driver.label_fr);
  proto.set_unit_of_measure(driver.unit);
  proto.set_category(ToProto(driver.driver_class));
  proto.set_scope(driver.scope);
  proto.set_frequency(ToProto(driver.frequency));
  proto.set_quarterly_rule(ToProto(driver.quarter_rule));
  if (driver.derived) *proto.mutable_derived() = ToProto(*driver.derived);
  proto.set_first_period(driver.first.ToString());
  AddValues(driver.values, proto.mutable_values());
  proto.set_missing_bitmap(MissingBitmap(driver.values));
  return proto;
}

v1::Driver DriverToProto(const sim::DriverTable& table, int index) {
  v1::Driver proto = ToProto(table.drivers[index]);
  if (proto.has_derived()) AddChecks(sim::CheckFormula(table, index), proto.mutable_derived());
  return proto;
}

store::v1::NetworkContent ToProto(const sim::Network& network) {
  const sim::NetworkSpec& spec = network.spec();
  store::v1::NetworkContent content;
  content.set_id(spec.id);
  content.set_label(spec.label);
  content.set_currency(spec.currency);
  content.set_frequency(ToProto(spec.frequency));
  for (int u = 0; u < network.unit_count(); ++u) *content.add_units() = UnitToProto(network, u);
  for (int s = 0; s < network.segment_count(); ++s) {
    *content.add_segments() = SegmentToProto(network, s);
    // As declared: the API's `all` above top segments would not come back equal.
    content.mutable_segments(s)->set_parent(network.segment(s).parent);
  }
  for (int k = 0; k < network.indicator_count(); ++k) {
    *content.add_indicators() = IndicatorToProto(network, k);
  }
  for (const sim::Attribute& attribute : spec.attributes) {
    *content.add_attributes() = ToProto(attribute);
  }
  return content;
}

absl::StatusOr<sim::Network> FromProto(const store::v1::NetworkContent& content) {
  const auto frequency = FromProto(content.frequency());
  if (!frequency) return Damaged("frequency");
  sim::NetworkSpec spec{.id = content.id(),
                        .label = content.label(),
                        .currency = content.currency(),
                        .frequency = *frequency};
  for (const v1::Unit& proto : content.units()) {
    JALON_ASSIGN_OR_RETURN(spec.units.emplace_back(), UnitFromProto(proto));
  }
  for (const v1::Segment& proto : content.segments()) {
    spec.segments.push_back(SegmentFromProto(proto));
  }
  for (const v1::Indicator& proto : content.indicators()) {
    JALON_ASSIGN_OR_RETURN(spec.indicators.emplace_back(), IndicatorFromProto(proto));
  }
  for (const v1::Attribute& proto : content.attributes()) {
    JALON_ASSIGN_OR_RETURN(spec.attributes.emplace_back(), AttributeFromProto(proto));
  }
  absl::StatusOr<sim::Network> network = sim::Network::Create(std::move(spec));
  if (!network.ok()) return Damaged(network.status().message());
  return network;
}

store::v1::ElasticityPrior ToProto(const sim::ElasticityPrior& prior) {
  store::v1::ElasticityPrior proto;
  proto.set_driver(prior.driver);
  proto.set_indicator(prior.indicator);
  proto.set_log_transform(prior.transform == sim::ElasticityPrior::Transform::kLog);
  proto.set_lag(prior.lag);
  proto.set_mean(prior.mean);
  proto.set_sd(prior.sd);
  proto.set_source(prior.source);
  return proto;
}

sim::ElasticityPrior FromProto(const store::v1::ElasticityPrior& proto) {
  using Transform = sim::ElasticityPrior::Transform;
  return {.driver = proto.driver(),
          .indicator = proto.indicator(),
          .transform = proto.log_transform() ? Transform::kLog : Transform::kLevel,
          .lag = proto.lag(),
          .mean = proto.mean(),
          .sd = proto.sd(),
          .source = proto.source()};
}

store::v1::DriverContent ToProto(const sim::DriverTable& table) {
  store::v1::DriverContent content;
  for (const sim::Driver& driver : table.drivers) *content.add_drivers() = ToProto(driver);
  for (const sim::ElasticityPrior& prior : table.priors) *content.add_priors() = ToProto(prior);
  return content;
}

absl::StatusOr<sim::DriverTable> FromProto(const store::v1::DriverContent& content) {
  sim::DriverTable table;
  for (const v1::Driver& proto : content.drivers()) {
    JALON_ASSIGN_OR_RETURN(table.drivers.emplace_back(), DriverFromProto(proto));
  }
  for (const store::v1::ElasticityPrior& proto : content.priors()) {
    table.priors.push_back(FromProto(proto));
  }
  return table;
}

std::vector<store::v1::RealisationBlock> ToBlocks(const sim::Realisations& realisations) {
  std::vector<store::v1::RealisationBlock> blocks;
  std::vector<double> values;
  for (int i = 0; i < realisations.series_count();) {
    const sim::SeriesKey first = realisations.key(i);
    store::v1::RealisationBlock block;
    block.set_indicator(first.indicator);
    values.clear();
    for (; i < realisations.series_count(); ++i) {
      const sim::SeriesKey& key = realisations.key(i);
      if (key.indicator != first.indicator ||
          key.unit / kUnitsPerBlock != first.unit / kUnitsPerBlock) {
        break;
      }
      block.add_units(key.unit);
      block.add_segments(key.segment);
      const std::span<const double> row = realisations.row(i);
      values.insert(values.end(), row.begin(), row.end());
    }
    AddValues(values, block.mutable_values());
    block.set_missing_bitmap(MissingBitmap(values));
    blocks.push_back(std::move(block));
  }
  return blocks;
}

absl::StatusOr<sim::Realisations> FromBlocks(const sim::Network& network,
                                             const store::v1::RevisionManifest& manifest,
                                             std::span<const store::v1::RealisationBlock> blocks) {
  const absl::StatusOr<sim::Period> first = sim::ParsePeriod(manifest.first_period());
  if (!first.ok()) return Damaged(first.status().message());
  std::vector<sim::SeriesKey> keys;
  std::vector<double> values;
  for (const store::v1::RealisationBlock& block : blocks) {
    if (block.units_size() != block.segments_size() ||
        int64_t{block.units_size()} * manifest.period_count() != block.values_size()) {
      return Damaged("a block of realisations");
    }
    for (int row = 0; row < block.units_size(); ++row) {
      keys.push_back({static_cast<int>(block.indicator()), static_cast<int>(block.units(row)),
                      static_cast<int>(block.segments(row))});
    }
    for (int i = 0; i < block.values_size(); ++i) {
      values.push_back(BitAt(block.missing_bitmap(), i) ? sim::kMissing : block.values(i));
    }
  }
  absl::StatusOr<sim::Realisations> realisations =
      sim::Realisations::Create(network, *first, std::move(keys), std::move(values));
  if (!realisations.ok()) return Damaged(realisations.status().message());
  return realisations;
}

}  // namespace jalon::server
