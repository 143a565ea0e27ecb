#include "server/ingest/attributes_reader.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/ingest/mapping.h"

namespace jalon::server {

using Kind = sim::AttributeKind;

AttributesReader::AttributesReader(std::vector<sim::Attribute> base)
    : attributes_(std::move(base)), origins_(attributes_.size()) {
  for (size_t i = 0; i < attributes_.size(); ++i) places_[attributes_[i].name] = i;
}

void AttributesReader::Read(TableReader& reader, sim::Violations& violations) {
  while (reader.NextRow()) Add(RowOf(reader, TableKind::kAttributes), violations);
}

void AttributesReader::Add(const DeclaredRow& row, sim::Violations& violations) {
  FieldReader fields(row, violations);
  const int64_t before = violations.total_count();
  sim::Attribute attribute;
  if (fields.Require("name")) attribute.name = fields.Text("name");
  attribute.kind = fields.Choice<Kind>(
      "kind", {{"number", Kind::kNumber}, {"share", Kind::kShare}, {"text", Kind::kText}},
      Kind::kNumber);
  attribute.unit_of_measure = fields.Label("unit");
  attribute.label_fr = fields.Label("label_fr");
  attribute.label_en = fields.Label("label_en");
  if (violations.total_count() > before) return;
  const auto [known, is_new] = places_.emplace(attribute.name, attributes_.size());
  if (is_new || origins_[known->second].line != 0) {
    // Twice in the files is left to the network's own rules.
    attributes_.push_back(std::move(attribute));
    origins_.push_back(OriginOf(row));
    return;
  }
  attributes_[known->second] = std::move(attribute);
  origins_[known->second] = OriginOf(row);
}

void AttributesReader::ReadInto(FieldReader& fields, absl::string_view name,
                                sim::Unit& unit) const {
  const std::string role = absl::StrCat("attribute.", name);
  const auto found = places_.find(name);
  if (found == places_.end() && !places_.empty()) {
    fields.Refuse(role, absl::StrCat("must be declared: nothing says what `", name, "` means"),
                  "UNDECLARED_ATTRIBUTE");
    return;
  }
  const Kind kind = found == places_.end() ? Kind::kNumber : attributes_[found->second].kind;
  if (kind == Kind::kText) {
    unit.texts[std::string(name)] = fields.Label(role);
    return;
  }
  const std::optional<double> number = fields.Number(role);
  if (!number) return;
  if (kind == Kind::kShare && !(*number >= 0.0 && *number <= 1.0)) {
    fields.Refuse(role, "must be a share: from 0 to 1", "OUT_OF_RANGE");
    return;
  }
  unit.attributes[std::string(name)] = *number;
}

}  // namespace jalon::server
