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
    {"accounts-opened", 0.08}, {"consumer-credit", 0.10},     {"customers-lost", 0.10},
    {"customers-won", 0.12},   {"health-insurance", 0.08},    {"home-insurance", 0.10},
    {"housing-loans", 0.06},   {"housing-loan-amount", 0.12}, {"life-premiums", 0.10},
    {"motor-insurance", 0.08}, {"net-savings", 0.06}};
constexpr DemoWeight kPrivate[] = {{"customers-won", 0.10},
                                   {"housing-loan-amount", 0.10},
                                   {"life-premiums", 0.40},
                                   {"net-savings", 0.40}};

// A grid of a scope, complete when the network has every indicator of it.
void AddGrid(const Network& network, const ScoreScope& scope, std::span<const DemoWeight> grid,
             ScorePolicy& policy) {
  bool complete = true;
  for (const DemoWeight& entry : grid) {
    complete &= network.FindIndicator(entry.indicator).has_value();
  }
  for (const DemoWeight& entry : grid) {
    if (!network.FindIndicator(entry.indicator)) continue;
    policy.weights.push_back({.scope = scope,
                              .indicator = entry.indicator,
                              .weight = entry.weight,
                              .floor = 0.0,
                              .cap = 1.5,
                              .complete = complete});
  }
}

}  // namespace

ScorePolicy MakeDemoScores(const Network& network) {
  ScorePolicy policy;
  AddGrid(network, {}, kNetwork, policy);
  AddGrid(network, {.unit_kind = "private"}, kPrivate, policy);
  policy.weights.push_back({.scope = {.unit_kind = "remote"},
                            .indicator = "customers-won",
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
