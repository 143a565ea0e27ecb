#include "sim/demo/scores.h"

#include <span>
#include <utility>

#include "sim/score/weights.h"

namespace jalon::sim {
namespace {

struct DemoWeight {
  const char* indicator;
  double weight;
};

constexpr DemoWeight kNetwork[] = {
    {"accounts-opened", 0.08},     {"consumer-credit", 0.10},     {"customers", 0.10},
    {"customers-won", 0.12},       {"equipment-rate", 0.06},      {"home-insurance", 0.10},
    {"housing-loan-amount", 0.14}, {"life-premiums", 0.10},       {"nbi", 0.10},
    {"net-savings", 0.04},         {"savings-outstandings", 0.06}};
constexpr DemoWeight kPrivate[] = {{"customers-won", 0.10},
                                   {"housing-loan-amount", 0.10},
                                   {"life-premiums", 0.40},
                                   {"savings-outstandings", 0.40}};

void AddGrid(const ScoreScope& scope, std::span<const DemoWeight> grid, ScorePolicy& policy) {
  for (const DemoWeight& entry : grid) {
    policy.weights.push_back({.scope = scope,
                              .indicator = entry.indicator,
                              .weight = entry.weight,
                              .floor = 0.0,
                              .cap = 1.5,
                              .complete = true});
  }
}

}  // namespace

ScorePolicy MakeDemoScores() {
  ScorePolicy policy;
  AddGrid({}, kNetwork, policy);
  AddGrid({.unit_kind = "private"}, kPrivate, policy);
  policy.weights.push_back({.scope = {.unit_kind = "professional"},
                            .indicator = "professional-loans",
                            .window = Window{Period::Month(2027, 1), Period::Month(2027, 12)},
                            .weight = 0.20,
                            .floor = 0.0,
                            .cap = 1.5});
  policy.quality = {{.scope = {.unit = "r02"}, .factor = 0.95}};
  policy.ladder = {{0.6, 0.6, RungShape::kLinear},
                   {1.0, 1.0, RungShape::kLinear},
                   {1.3, 1.6, RungShape::kLinear},
                   {1.7, 2.0, RungShape::kLinear}};
  return SortedScorePolicy(std::move(policy));
}

}  // namespace jalon::sim
