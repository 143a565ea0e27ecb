// Units, segments, indicators, realisations and the perimeter.
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/export/csv_writer.h"
#include "server/export/tables.h"

namespace jalon::server {
namespace {

std::string Text(sim::Measure measure) {
  switch (measure) {
    case sim::Measure::kCount:
      return "count";
    case sim::Measure::kMoney:
      return "money";
    case sim::Measure::kRatio:
      return "ratio";
  }
  return "";
}

std::string Text(sim::AttributeKind kind) {
  switch (kind) {
    case sim::AttributeKind::kNumber:
      return "number";
    case sim::AttributeKind::kShare:
      return "share";
    case sim::AttributeKind::kText:
      return "text";
  }
  return "";
}

std::string Text(sim::IndicatorKind kind) {
  switch (kind) {
    case sim::IndicatorKind::kCount:
      return "count";
    case sim::IndicatorKind::kAmount:
      return "amount";
    case sim::IndicatorKind::kNetFlow:
      return "net_flow";
    case sim::IndicatorKind::kStock:
      return "stock";
    case sim::IndicatorKind::kRatio:
      return "ratio";
    case sim::IndicatorKind::kDerived:
      return "derived";
  }
  return "";
}

std::string Text(sim::Aggregation aggregation) {
  switch (aggregation) {
    case sim::Aggregation::kSum:
      return "sum";
    case sim::Aggregation::kLast:
      return "last";
    case sim::Aggregation::kMean:
      return "mean";
    case sim::Aggregation::kRatio:
      return "ratio";
  }
  return "";
}

std::string Text(sim::AttainmentBasis basis) {
  switch (basis) {
    case sim::AttainmentBasis::kLevel:
      return "level";
    case sim::AttainmentBasis::kScaled:
      return "scaled";
    case sim::AttainmentBasis::kVariation:
      return "variation";
  }
  return "";
}

std::string Text(sim::PerimeterChangeKind kind) {
  using Kind = sim::PerimeterChangeKind;
  switch (kind) {
    case Kind::kOpening:
      return "opening";
    case Kind::kClosure:
      return "closure";
    case Kind::kMerger:
      return "merger";
    case Kind::kTransfer:
      return "transfer";
    case Kind::kResegmentation:
      return "resegmentation";
    case Kind::kRedefinition:
      return "redefinition";
  }
  return "";
}

std::vector<std::string> IndicatorCells(const sim::Indicator& k) {
  return {k.id,
          Text(k.kind),
          k.label_fr,
          k.label_en,
          k.product,
          k.family,
          Text(k.measure),
          k.direction == sim::Direction::kHigherIsBetter ? "higher" : "lower",
          Text(k.aggregation),
          Text(k.basis),
          NumberText(k.attainment_scale),
          NumberText(k.attainment_floor),
          NumberText(k.attainment_cap),
          NumberText(k.rounding_step),
          YesNoText(k.adds_over_units),
          YesNoText(k.adds_over_segments),
          YesNoText(k.adds_over_channels),
          PeriodText(k.provisional_from),
          absl::StrJoin(k.unit_kinds, " "),
          k.exposure == sim::Exposure::kOpeningDays ? "opening_days" : "",
          absl::StrJoin(k.inflows, " "),
          absl::StrJoin(k.outflows, " "),
          k.numerator,
          k.denominator,
          k.expression};
}

}  // namespace

std::string WriteUnits(const sim::Revision& revision) {
  const std::vector<sim::Unit>& units = revision.network.spec().units;
  std::set<std::string> attributes;
  for (const sim::Unit& unit : units) {
    for (const auto& [name, value] : unit.attributes) attributes.insert(name);
    for (const auto& [name, text] : unit.texts) attributes.insert(name);
  }
  std::vector<std::string> heading = {"id",       "parent", "level",  "label_fr",
                                      "label_en", "kind",   "opened", "closed"};
  for (const std::string& name : attributes) heading.push_back(absl::StrCat("attribute.", name));
  CsvWriter csv(heading);
  for (const sim::Unit& unit : units) {
    std::vector<std::string> cells = {unit.id,
                                      unit.parent,
                                      unit.level,
                                      unit.label_fr,
                                      unit.label_en,
                                      unit.kind,
                                      PeriodText(unit.opened),
                                      PeriodText(unit.closed)};
    for (const std::string& name : attributes) {
      const auto value = unit.attributes.find(name);
      const auto text = unit.texts.find(name);
      cells.push_back(value != unit.attributes.end() ? NumberText(value->second)
                      : text != unit.texts.end()     ? text->second
                                                     : "");
    }
    csv.Row(cells);
  }
  return csv.Take();
}

std::string WriteAttributes(const sim::Revision& revision) {
  CsvWriter csv({"name", "kind", "unit", "label_fr", "label_en"});
  for (const sim::Attribute& a : revision.network.spec().attributes) {
    csv.Row({a.name, Text(a.kind), a.unit_of_measure, a.label_fr, a.label_en});
  }
  return csv.TakeRows();
}

std::string WriteSegments(const sim::Revision& revision) {
  CsvWriter csv({"id", "parent", "label_fr", "label_en"});
  for (const sim::Segment& segment : revision.network.spec().segments) {
    csv.Row({segment.id, segment.parent, segment.label_fr, segment.label_en});
  }
  return csv.Take();
}

std::string WriteIndicators(const sim::Revision& revision) {
  CsvWriter csv({"id",
                 "kind",
                 "label_fr",
                 "label_en",
                 "product",
                 "family",
                 "measure",
                 "direction",
                 "aggregation",
                 "basis",
                 "scale",
                 "floor",
                 "cap",
                 "rounding",
                 "adds_over_units",
                 "adds_over_segments",
                 "adds_over_channels",
                 "provisional_from",
                 "unit_kinds",
                 "exposure",
                 "inflows",
                 "outflows",
                 "numerator",
                 "denominator",
                 "expression"});
  for (const sim::Indicator& indicator : revision.network.spec().indicators) {
    csv.Row(IndicatorCells(indicator));
  }
  return csv.Take();
}

std::string WriteRealisations(const sim::Revision& revision) {
  const sim::Network& network = revision.network;
  const sim::Realisations& history = revision.original ? *revision.original : revision.realisations;
  std::vector<std::string> heading = {"unit", "segment", "indicator"};
  for (int t = 0; t < history.period_count(); ++t) {
    heading.push_back((history.first() + t).ToString());
  }
  CsvWriter csv(heading);
  for (int i = 0; i < history.series_count(); ++i) {
    const sim::SeriesKey& key = history.key(i);
    std::vector<std::string> cells = {network.unit(key.unit).id, network.segment(key.segment).id,
                                      network.indicator(key.indicator).id};
    for (const double value : history.row(i)) cells.push_back(NumberText(value));
    csv.Row(cells);
  }
  return csv.TakeRows();
}

std::string WritePerimeter(const sim::Revision& revision) {
  CsvWriter csv({"type", "date", "unit", "receiver", "segment", "receiver_segment", "share",
                 "unsplit_share", "means_share", "indicator", "unit_kind", "bridge", "break",
                 "source"});
  for (const sim::PerimeterChange& c : revision.perimeter.changes) {
    csv.Row({Text(c.kind), c.date.ToString(), c.unit, c.receiver, c.segment, c.receiver_segment,
             NumberText(c.share), NumberText(c.unsplit_share), NumberText(c.means_share),
             c.indicator, c.unit_kind, NumberText(c.bridge), c.is_break ? "yes" : "", c.source});
  }
  return csv.TakeRows();
}

}  // namespace jalon::server
