#include "server/ingest/perimeter_reader.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "server/ingest/text_rules.h"
#include "sim/perimeter/perimeter_rules.h"

namespace jalon::server {
namespace {

using Kind = sim::PerimeterChangeKind;

// Without a share everything goes: as in a merger, or a closure with one receiver.
void RequireShare(Kind kind, FieldReader& fields) {
  if (kind == Kind::kTransfer || kind == Kind::kResegmentation) fields.Require("share");
}

}  // namespace

PerimeterReader::PerimeterReader(const Mapping& mapping, sim::Frequency frequency,
                                 const sim::Perimeter* base)
    : mapping_(mapping), frequency_(frequency) {
  if (base != nullptr) perimeter_ = *base;
  origins_.resize(perimeter_.changes.size());
  if (mapping.perimeter_date) perimeter_.date = mapping.perimeter_date;
}

void PerimeterReader::Read(TableReader& reader) {
  while (reader.NextRow()) Add(RowOf(reader, TableKind::kPerimeter));
}

std::string PerimeterReader::IdOf(const std::string& text) const {
  return mapping_.make_ids && !text.empty() ? MakeId(text) : text;
}

void PerimeterReader::Add(const DeclaredRow& row) {
  FieldReader fields(row, violations_);
  const int64_t refused = violations_.total_count();
  const std::optional<sim::Period> date = fields.Period("date", frequency_);
  if (!fields.Has("date")) fields.Require("date");
  if (!fields.Require("type")) return;
  const auto kind = fields.Choice<std::optional<Kind>>("type",
                                                       {{"opening", Kind::kOpening},
                                                        {"closure", Kind::kClosure},
                                                        {"merger", Kind::kMerger},
                                                        {"transfer", Kind::kTransfer},
                                                        {"resegmentation", Kind::kResegmentation},
                                                        {"redefinition", Kind::kRedefinition}},
                                                       std::nullopt);
  if (!kind || !date) return;
  RequireShare(*kind, fields);
  sim::PerimeterChange change{.kind = *kind,
                              .date = *date,
                              .unit = IdOf(fields.Text("unit")),
                              .receiver = IdOf(fields.Text("receiver")),
                              .segment = IdOf(fields.Text("segment")),
                              .receiver_segment = IdOf(fields.Text("receiver_segment")),
                              .share = fields.Number("share").value_or(1.0),
                              .unsplit_share = fields.Number("unsplit_share"),
                              .means_share = fields.Number("means_share"),
                              .indicator = fields.Text("indicator"),
                              .unit_kind = fields.Text("unit_kind"),
                              .bridge = fields.Number("bridge"),
                              .is_break = fields.YesNo("break", false),
                              .source = fields.Text("source")};
  // A change read in part would break further rules.
  if (violations_.total_count() > refused) return;
  for (size_t i = 0; i < perimeter_.changes.size(); ++i) {
    // Twice in the files is left to the perimeter's own rules.
    if (origins_[i].line != 0 || !sim::SamePlace(perimeter_.changes[i], change)) continue;
    perimeter_.changes[i] = std::move(change);
    origins_[i] = OriginOf(row);
    return;
  }
  perimeter_.changes.push_back(std::move(change));
  origins_.push_back(OriginOf(row));
}

void PerimeterReader::DateUnits(NetworkBuilder& builder) const {
  for (const sim::PerimeterChange& change : perimeter_.changes) {
    const bool opens = change.kind == Kind::kOpening;
    if (!opens && change.kind != Kind::kClosure && change.kind != Kind::kMerger) continue;
    const std::optional<int> unit = builder.FindUnit(change.unit);
    if (!unit) continue;
    std::optional<sim::Period>& own =
        opens ? builder.unit(*unit).opened : builder.unit(*unit).closed;
    if (!own) own = change.date;
  }
}

const sim::Perimeter& PerimeterReader::Finish() {
  std::vector<size_t> order(origins_.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (sim::PerimeterChange& change : perimeter_.changes) {
    change = sim::Canonical({.changes = {std::move(change)}}).changes[0];
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return sim::ComesBefore(perimeter_.changes[a], perimeter_.changes[b]);
  });
  sim::Perimeter sorted{.date = perimeter_.date};
  std::vector<Origin> origins;
  for (const size_t i : order) {
    sorted.changes.push_back(std::move(perimeter_.changes[i]));
    origins.push_back(std::move(origins_[i]));
  }
  perimeter_ = std::move(sorted);
  origins_ = std::move(origins);
  return perimeter_;
}

void PerimeterReader::AddWithPlace(const sim::Violations& found) {
  for (sim::Violation violation : found.kept()) {
    const std::optional<size_t> index = ListIndex(violation.field);
    if (index && *index < origins_.size() && origins_[*index].line != 0) {
      violation = WithOrigin(std::move(violation), origins_[*index]);
    } else if (violation.field == "perimeter_date") {
      violation.file = mapping_.file;
    }
    violations_.Add(std::move(violation));
  }
}

}  // namespace jalon::server
