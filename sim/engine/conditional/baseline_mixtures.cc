#include "sim/engine/conditional/baseline_mixtures.h"

#include <algorithm>
#include <cmath>

#include "sim/base/bytes_of.h"

namespace jalon::sim {
bool BaselineMixtures::Has(int target) const { return !shapes.empty() && is_sampled[target] == 0; }

MixtureShape BaselineMixtures::ShapeOf(int target, Weights& room) const {
  MixtureShape shape = shapes[target];
  std::copy(weights.begin() + first_weight[target], weights.begin() + first_weight[target + 1],
            room.begin());
  shape.weights = {room.data(), first_weight[target + 1] - first_weight[target]};
  shape.student = students[target].get();
  shape.sum = has_sum[target] != 0 ? &sums[target] : nullptr;
  return shape;
}

std::vector<double> BaselineMixtures::Quantiles(int target, std::span<const double> levels) const {
  if (!Has(target)) return {};
  Weights room;
  return MixtureQuantiles(ShapeOf(target, room), QuantileLevels(levels));
}

std::vector<double> BaselineMixtures::Knots(int target) const {
  std::array<double, kBaselineKnots> levels{};
  for (int k = 0; k < kBaselineKnots; ++k) levels[k] = (k + 0.5) / kBaselineKnots;
  return Quantiles(target, levels);
}

std::vector<CdfPoint> BaselineMixtures::Grid(int target) const {
  if (!Has(target)) return {};
  Weights room;
  const MixtureShape shape = ShapeOf(target, room);
  const double sd = std::sqrt(shape.between + shape.own);
  constexpr int kMiddle = kBaselineGrid / 2;
  std::array<double, kBaselineGrid> values{};
  for (int k = 0; k < kBaselineGrid; ++k) values[k] = shape.mean + 0.5 * (k - kMiddle) * sd;
  const std::vector<double> reached = MixtureCdf(shape, values);
  std::vector<CdfPoint> points;
  points.reserve(kBaselineGrid);
  for (int k = 0; k < kBaselineGrid; ++k) points.push_back({values[k], reached[k]});
  return points;
}

int64_t BaselineMixtures::bytes() const {
  return BytesOf(shapes) + BytesOf(first_weight) + BytesOf(weights) + BytesOf(students) +
         BytesOf(sums) + BytesOf(has_sum) + BytesOf(is_sampled);
}

}  // namespace jalon::sim
