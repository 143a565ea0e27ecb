#include "sim/kernel/factor_points.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sim/engine/executor.h"
#include "sim/kernel/lanes.h"
#include "sim/kernel/point_block.h"
#include "sim/kernel/symmetric.h"
#include "sim/kernel/tile.h"
#include "sim/random/sobol.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

constexpr double kLargestCovariance = 1e10;
constexpr int kMostFactors = 256;
constexpr int64_t kMostPoints = int64_t{1} << 27;
// Points of a task.
constexpr int64_t kPointsPerTask = 16;

absl::Status CheckMatrix(const std::vector<double>& matrix, int size, absl::string_view name) {
  if (matrix.size() != static_cast<size_t>(size) * size) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " has ", matrix.size(), " values, not ", size, " x ", size));
  }
  for (int i = 0; i < size; ++i) {
    for (int j = 0; j <= i; ++j) {
      const double value = matrix[static_cast<size_t>(i) * size + j];
      const double other = matrix[static_cast<size_t>(j) * size + i];
      // Negated, so that NaN is refused.
      if (!(std::abs(value) <= kLargestCovariance) || value != other) {
        return absl::InvalidArgumentError(
            absl::StrCat(name, "[", i, ",", j, "] = ", value, " is out of range or not symmetric"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Check(const FactorLaw& law, int64_t points) {
  if (law.periods < 1 || law.periods > kMaxKernelPeriods) {
    return absl::InvalidArgumentError("periods are not 1 to 60");
  }
  if (law.factors < 1 || law.factors > kMostFactors) {
    return absl::InvalidArgumentError("factors are not 1 to 256");
  }
  if (points < 1 || points > kMostPoints) {
    return absl::InvalidArgumentError("points are not 1 to 2^27");
  }
  absl::Status status = CheckMatrix(law.period_covariance, law.periods, "period_covariance");
  status.Update(CheckMatrix(law.factor_covariance, law.factors, "factor_covariance"));
  return status;
}

// Components times the roots of their variances.
std::vector<float> Scaled(const Components& components) {
  const size_t size = components.values.size();
  std::vector<float> scaled(components.vectors.size());
  for (size_t i = 0; i < scaled.size(); ++i) {
    scaled[i] = static_cast<float>(components.vectors[i] * std::sqrt(components.values[i / size]));
  }
  return scaled;
}

// Products of components, the largest variance first; equal ones in the order of time.
std::vector<int> PlacesByVariance(const Components& time, const Components& across) {
  const size_t factors = across.values.size();
  std::vector<int> places(time.values.size() * factors);
  std::iota(places.begin(), places.end(), 0);
  const auto variance = [&](int place) {
    return time.values[place / factors] * across.values[place % factors];
  };
  std::stable_sort(places.begin(), places.end(),
                   [&](int a, int b) { return variance(a) > variance(b); });
  return places;
}

std::vector<uint32_t> ScrambleKeys(uint64_t seed, int dimensions) {
  std::vector<uint32_t> keys(static_cast<size_t>(dimensions) * 2 * kLanes);
  for (int d = 0; d < dimensions; ++d) {
    for (int scramble = 0; scramble < kLanes; ++scramble) {
      const std::array<uint32_t, 4> words =
          DrawBlockBits(seed, {.purpose = Purpose::kScramble,
                               .id = static_cast<uint64_t>(d),
                               .path = static_cast<uint64_t>(scramble)});
      for (int word = 0; word < 2; ++word) {
        keys[(static_cast<size_t>(d) * 2 + word) * kLanes + scramble] = words[word];
      }
    }
  }
  return keys;
}

PointBasis BasisOf(const FactorLaw& law, uint64_t seed) {
  const Components time = PrincipalComponents(law.period_covariance, law.periods);
  const Components across = PrincipalComponents(law.factor_covariance, law.factors);
  PointBasis basis = {.periods = law.periods,
                      .padded_periods = static_cast<int>(RoundUp(law.periods, kPeriodGrain)),
                      .factors = law.factors,
                      .time = Scaled(time),
                      .across = Scaled(across),
                      .place = PlacesByVariance(time, across),
                      .seed = seed};
  basis.sobol_dimensions = std::min(static_cast<int>(basis.place.size()), kSobolDimensions);
  basis.keys = ScrambleKeys(seed, basis.sobol_dimensions);
  return basis;
}

}  // namespace

absl::StatusOr<FactorPaths> DrawFactorPoints(const FactorLaw& law, int64_t points, uint64_t seed,
                                             Executor& executor) {
  if (absl::Status status = Check(law, points); !status.ok()) return status;
  const PointBasis basis = BasisOf(law, seed);
  FactorPaths factors(points * kLanes, law.periods, law.factors);
  const int64_t tasks = (points + kPointsPerTask - 1) / kPointsPerTask;
  executor.ParallelFor(tasks, [&](int64_t task) {
    const int64_t last = std::min(points, (task + 1) * kPointsPerTask);
    for (int64_t point = task * kPointsPerTask; point < last; ++point) {
      FillPoint(basis, static_cast<uint32_t>(point), factors.block(point));
    }
  });
  return factors;
}

}  // namespace jalon::sim
