#include "server/ingest/score_reader.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/ingest/mapping.h"
#include "sim/score/weights.h"

namespace jalon::server {

ScoreReader::ScoreReader(NetworkBuilder& builder, sim::Frequency frequency,
                         const sim::ScorePolicy* base)
    : builder_(builder), frequency_(frequency) {
  if (base != nullptr) policy_ = *base;
}

void ScoreReader::ReadWeights(TableReader& reader) {
  // The first table of a kind takes the place of the base's; several tables add up.
  if (!std::exchange(weights_read_, true)) policy_.weights.clear();
  while (reader.NextRow()) AddWeight(RowOf(reader, TableKind::kWeights));
}

void ScoreReader::ReadQuality(TableReader& reader) {
  if (!std::exchange(quality_read_, true)) policy_.quality.clear();
  while (reader.NextRow()) AddQuality(RowOf(reader, TableKind::kQuality));
}

void ScoreReader::ReadLadder(TableReader& reader) {
  if (!std::exchange(ladder_read_, true)) policy_.ladder.clear();
  while (reader.NextRow()) AddRung(RowOf(reader, TableKind::kLadder));
}

sim::ScoreScope ScoreReader::ScopeOf(const FieldReader& fields) const {
  sim::ScoreScope scope{.unit = fields.Text("unit"), .unit_kind = fields.Text("unit_kind")};
  // By the spelling of the files; the checks refuse what stays unknown.
  if (const std::optional<int> u = builder_.FindUnit(scope.unit); u.has_value()) {
    scope.unit = builder_.unit(*u).id;
  }
  return scope;
}

std::optional<sim::Window> ScoreReader::WindowOf(FieldReader& fields, bool& ok) const {
  if (!fields.Has("window")) return std::nullopt;
  const absl::StatusOr<sim::Window> window = sim::ParseWindow(fields.Text("window"), frequency_);
  if (window.ok()) return *window;
  ok = false;
  fields.Refuse("window",
                absl::StrCat("must be a year, a period or `first..last` of ",
                             frequency_ == sim::Frequency::kMonth ? "months" : "quarters"),
                "BAD_WINDOW");
  return std::nullopt;
}

void ScoreReader::AddWeight(const DeclaredRow& row) {
  const int64_t before = violations_.total_count();
  FieldReader fields(row, violations_);
  bool ok = true;
  sim::ScoreWeight weight{.scope = ScopeOf(fields), .window = WindowOf(fields, ok)};
  if (fields.Require("indicator")) {
    weight.indicator = fields.Text("indicator");
    if (const std::optional<int> k = builder_.FindIndicator(weight.indicator)) {
      weight.indicator = builder_.indicator(*k).id;
    }
  }
  if (fields.Require("weight")) weight.weight = fields.Number("weight").value_or(0.0);
  weight.floor = fields.Number("floor");
  weight.cap = fields.Number("cap");
  weight.complete = fields.YesNo("complete", false);
  if (violations_.total_count() > before) {
    weight_refused_ = true;
    return;
  }
  policy_.weights.push_back(std::move(weight));
  weight_origins_.push_back(OriginOf(row));
}

void ScoreReader::AddQuality(const DeclaredRow& row) {
  const int64_t before = violations_.total_count();
  FieldReader fields(row, violations_);
  bool ok = true;
  sim::QualityFactor quality{.scope = ScopeOf(fields), .window = WindowOf(fields, ok)};
  if (fields.Require("factor")) quality.factor = fields.Number("factor").value_or(1.0);
  if (violations_.total_count() > before) return;
  policy_.quality.push_back(std::move(quality));
  quality_origins_.push_back(OriginOf(row));
}

void ScoreReader::AddRung(const DeclaredRow& row) {
  const int64_t before = violations_.total_count();
  FieldReader fields(row, violations_);
  sim::PayoffRung rung;
  if (fields.Require("threshold")) rung.threshold = fields.Number("threshold").value_or(0.0);
  if (fields.Require("payoff")) rung.payoff = fields.Number("payoff").value_or(0.0);
  rung.shape = fields.Choice<sim::RungShape>(
      "shape", {{"step", sim::RungShape::kStep}, {"linear", sim::RungShape::kLinear}},
      sim::RungShape::kStep);
  if (violations_.total_count() > before) return;
  policy_.ladder.push_back(rung);
  ladder_origins_.push_back(OriginOf(row));
}

sim::Violation ScoreReader::WithPlace(sim::Violation violation) const {
  const std::vector<Origin>& origins =
      absl::StartsWith(violation.field, "weights")   ? weight_origins_
      : absl::StartsWith(violation.field, "quality") ? quality_origins_
                                                     : ladder_origins_;
  const std::optional<size_t> index = ListIndex(violation.field);
  if (!index.has_value() || *index >= origins.size()) return violation;
  return WithOrigin(std::move(violation), origins[*index]);
}

void ScoreReader::CheckPlaces(const sim::Network& network) {
  const sim::Violations found = sim::ValidateScorePolicy(network, policy_);
  for (const sim::Violation& violation : found.kept()) {
    if (weight_refused_ && violation.reason == "SUM_NOT_ONE") continue;
    violations_.Add(WithPlace(violation));
  }
}

sim::ScorePolicy ScoreReader::Finish() { return sim::SortedScorePolicy(std::move(policy_)); }

}  // namespace jalon::server
