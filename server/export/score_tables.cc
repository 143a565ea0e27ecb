// Weights, quality factors and the payoff ladder.
#include "server/export/csv_writer.h"
#include "server/export/tables.h"

namespace jalon::server {
namespace {

std::string Text(const std::optional<sim::Window>& window) {
  return window ? window->ToString() : "";
}

}  // namespace

std::string WriteWeights(const sim::Revision& revision) {
  CsvWriter csv({"unit", "unit_kind", "indicator", "window", "weight", "floor", "cap", "complete"});
  for (const sim::ScoreWeight& weight : revision.score.weights) {
    csv.Row({weight.scope.unit, weight.scope.unit_kind, weight.indicator, Text(weight.window),
             NumberText(weight.weight), NumberText(weight.floor), NumberText(weight.cap),
             YesNoText(weight.complete)});
  }
  return csv.TakeRows();
}

std::string WriteQuality(const sim::Revision& revision) {
  CsvWriter csv({"unit", "unit_kind", "window", "factor"});
  for (const sim::QualityFactor& quality : revision.score.quality) {
    csv.Row({quality.scope.unit, quality.scope.unit_kind, Text(quality.window),
             NumberText(quality.factor)});
  }
  return csv.TakeRows();
}

std::string WriteLadder(const sim::Revision& revision) {
  CsvWriter csv({"threshold", "payoff", "shape"});
  for (const sim::PayoffRung& rung : revision.score.ladder) {
    csv.Row({NumberText(rung.threshold), NumberText(rung.payoff),
             rung.shape == sim::RungShape::kStep ? "step" : "linear"});
  }
  return csv.TakeRows();
}

}  // namespace jalon::server
