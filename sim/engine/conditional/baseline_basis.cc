#include "sim/engine/conditional/baseline_basis.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "sim/base/bytes_of.h"
#include "sim/engine/conditional/law_class.h"
#include "sim/engine/conditional/plan_state.h"

namespace jalon::sim {
namespace {

int64_t HeapBytes(const SharedBasis& basis) {
  int64_t bytes = BytesOf(basis.draws) + BytesOf(basis.rotations);
  for (const BasisRotation& rotation : basis.rotations) {
    bytes += BytesOf(rotation.draws) + BytesOf(rotation.matrix) + BytesOf(rotation.dimensions);
  }
  return bytes;
}

// Copies the periods that both horizons have, where the variant draws the cell and the baseline
// says something of it.
class RowMerge {
 public:
  RowMerge(const Window& from, const Window& to)
      : from_count_(from.size()), to_count_(to.size()), shift_(to.first - from.first) {}

  // Rows `source` and `target`; `is_drawn(t)` of a period of the target.
  template <typename IsDrawn>
  void Copy(const double* source, double* target, IsDrawn is_drawn) const {
    for (int t = 0; t < to_count_; ++t) {
      const int s = t + shift_;
      if (s < 0 || s >= from_count_ || source[s] == 0.0 || !is_drawn(t)) continue;
      target[t] = source[s];
    }
  }

 private:
  int from_count_;
  int to_count_;
  int shift_;
};

}  // namespace

int64_t BaselineBasis::bytes() const {
  int64_t total = HeapBytes(shared) + BytesOf(series) + BytesOf(middle.values) +
                  BytesOf(middle.slopes) + BytesOf(middle.rates) + BytesOf(rates) +
                  BytesOf(law_checks) + inputs.bytes();
  if (laws != nullptr) total += laws->bytes();
  for (const PlanRate& rate : rates) {
    total += BytesOf(rate.factors);
    for (const PlanDriverFactor& factor : rate.factors) total += BytesOf(factor.weights);
  }
  return total;
}

BaselineBasis BasisOf(const ConditionalPlan& plan) {
  const ConditionalPlanState& state = plan.state();
  BaselineBasis basis{.shared = state.states->basis(),
                      .horizon = state.plan.horizon,
                      .middle = state.means.At(state.states->Middle(0)),
                      .rates = state.plan.rates,
                      .inputs = PathInputsOf(state.plan)};
  basis.series.reserve(state.plan.series.size());
  for (const PlanSeries& series : state.plan.series) basis.series.push_back(series.id64);
  const SlotSeries slots(state.plan, basis.middle.rates);
  basis.laws = std::make_shared<const KeptLaws>(
      KeptLaws{.inputs = LawInputsOf(state.plan, slots), .chosen = state.chosen});
  return basis;
}

PathMeans MeansAtBaseline(const BaselineBasis& baseline, const Plan& plan, PathMeans own) {
  absl::flat_hash_map<uint64_t, size_t> row_of;
  row_of.reserve(baseline.series.size());
  for (size_t i = 0; i < baseline.series.size(); ++i) row_of[baseline.series[i]] = i;
  const RowMerge merge(baseline.horizon, plan.horizon);
  const size_t from = baseline.horizon.size();
  const size_t to = plan.period_count();
  for (size_t i = 0; i < plan.series.size(); ++i) {
    const auto found = row_of.find(plan.series[i].id64);
    if (found == row_of.end()) continue;
    const auto is_drawn = [&](int t) { return std::isnan(plan.realised[i * to + t]); };
    merge.Copy(&baseline.middle.values[found->second * from], &own.values[i * to], is_drawn);
    if (own.slopes.empty() || baseline.middle.slopes.empty()) continue;
    merge.Copy(&baseline.middle.slopes[found->second * from], &own.slopes[i * to], is_drawn);
  }
  for (size_t r = 0; r < plan.rates.size(); ++r) {
    const auto found = std::find(baseline.rates.begin(), baseline.rates.end(), plan.rates[r]);
    if (found == baseline.rates.end()) continue;
    const size_t row = found - baseline.rates.begin();
    merge.Copy(&baseline.middle.rates[row * from], &own.rates[r * to], [](int) { return true; });
  }
  return own;
}

double PredictBasisBytes(const Plan& plan) {
  const Model& model = plan.shared;
  const double cells = static_cast<double>(plan.series.size()) * plan.period_count();
  const bool has_slopes =
      std::any_of(plan.series.begin(), plan.series.end(),
                  [](const PlanSeries& series) { return series.link == Link::kIdentity; });
  const double steps = plan.step_count() + 1.0;
  const double streams = static_cast<double>(plan.indicators.size() + plan.region_rows.size()) +
                         model.national.rank + plan.region_rows.size() * model.regional.rank +
                         model.drivers.driver_count();
  const double own =
      static_cast<double>(plan.groups.size()) * (1.0 + PeriodsPerYear(plan.as_of.frequency));
  const double leading = static_cast<double>(plan.events.size() + plan.elasticities.size()) +
                         plan.level_rank + model.trend.rank + model.season.rank +
                         model.elasticity.rank;
  // Vectors that grew hold up to twice what is in them.
  const double draws = 2.0 * sizeof(BasisDraw) * (streams * steps + own + leading);
  const double rotation = 2.0 * sizeof(BasisRotation) + 4.0 * sizeof(int) * steps +
                          2.0 * sizeof(double) * steps * steps;
  const double checks = 2.0 * kMostLawClasses * sizeof(LawCheck);
  return PredictKeptLawsBytes(plan) + PredictPathInputsBytes(plan) +
         static_cast<double>(plan.series.size()) * sizeof(uint64_t) + checks +
         (has_slopes ? 2.0 : 1.0) * sizeof(double) * cells + draws + streams * rotation +
         static_cast<double>(plan.rates.size()) * (plan.period_count() * sizeof(double) + 256.0);
}

}  // namespace jalon::sim
