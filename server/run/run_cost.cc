#include "server/run/run_cost.h"

#include <algorithm>

#include "sim/engine/conditional/estimator.h"
#include "sim/engine/run.h"

namespace jalon::server {
namespace {

// With a baseline nothing is compared, and what the baseline found may be sampled all the same.
sim::EstimatorCost ConditionalCostOf(const CostQuestion& q) {
  sim::EstimatorCost cost =
      sim::PredictEstimatorCost(q.plan, q.thread_count, q.quantile_count, q.law_check_paths);
  if (q.has_baseline && q.law_check_paths > 0) {
    cost.preparation_cpu_ms =
        sim::PredictEstimatorCost(q.plan, q.thread_count, q.quantile_count).preparation_cpu_ms;
  }
  return cost;
}

}  // namespace

RunCost CostOf(const CostQuestion& q) {
  const double paths = static_cast<double>(q.path_count);
  if (q.estimator == v1::ESTIMATOR_SAMPLED) {
    const sim::PlanCost cost = sim::PredictCost(q.plan, q.thread_count, q.quantile_count);
    return {cost.peak_bytes,
            (cost.preparation_cpu_ms + cost.cpu_ms_per_256_paths * paths / 256) * 1e-3,
            cost.preparation_cpu_ms * 1e-3};
  }
  const sim::EstimatorCost cost = ConditionalCostOf(q);
  const auto knowledge_paths = static_cast<double>(sim::KnowledgePathsOf(q.path_count));
  const double path_cpu_ms =
      (cost.cpu_ms_per_256_paths * paths + cost.knowledge_cpu_ms_per_256_paths * knowledge_paths) /
      256;
  return {cost.peak_bytes, (cost.preparation_cpu_ms + path_cpu_ms) * 1e-3,
          cost.preparation_cpu_ms * 1e-3};
}

int QuantileCount(const RunRows& rows) {
  return static_cast<int>(std::count_if(rows.specs.begin(), rows.specs.end(), [](const auto& spec) {
    return spec.statistic() == v1::STATISTIC_QUANTILE;
  }));
}

}  // namespace jalon::server
