#include "server/run/run_cost.h"

#include <algorithm>

#include "sim/engine/conditional/estimator.h"
#include "sim/engine/run.h"

namespace jalon::server {
namespace {

// With a baseline nothing is compared, and what the baseline found may be sampled all the same.
double PreparationMs(const CostQuestion& q, const sim::EstimatorCost& cost) {
  if (q.takes_over_laws) return cost.variant_preparation_cpu_ms;
  if (!q.has_baseline || q.law_check_paths == 0) return cost.preparation_cpu_ms;
  return sim::PredictEstimatorCost(q.plan, q.thread_count, q.quantile_count).preparation_cpu_ms;
}

int CheckpointCount(int64_t path_count) {
  int count = 0;
  for (int64_t paths = 0; paths < path_count; ++count) {
    paths = sim::NextCheckpoint(paths, path_count);
  }
  return count;
}

// Milliseconds of pages beyond half of what the server keeps of freed memory
// (server/base/freed_memory.h), taking the other half to be in use: 11 us a page, measured on a
// virtual machine; without one they take less.
double FreshPagesMs(double peak_bytes) {
  constexpr double kKeptBytes = 128 << 20;
  constexpr double kByteNs = 2.7;
  return std::max(peak_bytes - kKeptBytes, 0.0) * kByteNs * 1e-6;
}

RunCost ConditionalCostOf(const CostQuestion& q) {
  const sim::EstimatorCost cost =
      sim::PredictEstimatorCost(q.plan, q.thread_count, q.quantile_count, q.law_check_paths);
  const auto paths = static_cast<double>(q.path_count);
  const auto knowledge_paths = static_cast<double>(sim::KnowledgePathsOf(q.path_count));
  const double path_ms =
      (cost.cpu_ms_per_256_paths * paths + cost.knowledge_cpu_ms_per_256_paths * knowledge_paths) /
      256;
  const double serial_ms =
      PreparationMs(q, cost) + CheckpointCount(q.path_count) * cost.checkpoint_cpu_ms;
  return {cost.peak_bytes, (serial_ms + path_ms + FreshPagesMs(cost.peak_bytes)) * 1e-3,
          serial_ms * 1e-3};
}

}  // namespace

RunCost CostOf(const CostQuestion& q) {
  if (q.estimator != v1::ESTIMATOR_SAMPLED) return ConditionalCostOf(q);
  const auto paths = static_cast<double>(q.path_count);
  const sim::PlanCost cost = sim::PredictCost(q.plan, q.thread_count, q.quantile_count);
  return {cost.peak_bytes,
          (cost.preparation_cpu_ms + cost.cpu_ms_per_256_paths * paths / 256) * 1e-3,
          cost.preparation_cpu_ms * 1e-3};
}

int QuantileCount(const RunRows& rows) {
  return static_cast<int>(std::count_if(rows.specs.begin(), rows.specs.end(), [](const auto& spec) {
    return spec.statistic() == v1::STATISTIC_QUANTILE;
  }));
}

}  // namespace jalon::server
