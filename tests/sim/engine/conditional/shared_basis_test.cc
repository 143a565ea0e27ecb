#include "sim/engine/conditional/shared_basis.h"

#include <cmath>
#include <set>

#include "gtest/gtest.h"
#include "sim/engine/shared_stage.h"
#include "tests/sim/engine/tiny_bank.h"

namespace jalon::sim {
namespace {

// Every dimension given out.
std::multiset<int> Dimensions(const SharedBasis& basis) {
  std::multiset<int> found;
  for (const BasisDraw& draw : basis.draws) {
    if (draw.dimension >= 0) found.insert(draw.dimension);
  }
  for (const BasisRotation& rotation : basis.rotations) {
    for (int dimension : rotation.dimensions) {
      if (dimension >= 0) found.insert(dimension);
    }
  }
  return found;
}

TEST(SharedBasisTest, GivesEachDimensionOutOnce) {
  for (uint64_t seed : {1, 2, 3}) {
    const SharedBasis basis = MakeSharedBasis(MakeRandomBank(seed).plan());
    const std::multiset<int> found = Dimensions(basis);
    ASSERT_EQ(static_cast<int>(found.size()), basis.dimension_count);
    int next = 0;
    for (int dimension : found) EXPECT_EQ(dimension, next++);
    EXPECT_GT(basis.dimension_count, 20);
    EXPECT_LE(basis.dimension_count, kSobolDimensions);
  }
}

TEST(SharedBasisTest, TurnsDrawsWithoutStretchingThem) {
  const SharedBasis basis = MakeSharedBasis(MakeRandomBank(4).plan());
  ASSERT_FALSE(basis.rotations.empty());
  for (const BasisRotation& rotation : basis.rotations) {
    const size_t size = rotation.draws.size();
    for (size_t a = 0; a < size; ++a) {
      for (size_t b = 0; b < size; ++b) {
        double product = 0.0;
        for (size_t m = 0; m < size; ++m) {
          product += rotation.matrix[a * size + m] * rotation.matrix[b * size + m];
        }
        EXPECT_NEAR(product, a == b ? 1.0 : 0.0, 1e-12);
      }
    }
  }
}

TEST(SharedBasisTest, PutsTheShockThatMovesMostFirst) {
  TinyBank bank = MakeTinyBank({.region_count = 2, .branches_per_region = 2});
  bank.model.national.laws[0] = {
      .autoregression = 0.5, .innovation_sd = 0.02, .persistent_sd = 0.2};
  bank.model.regional.laws[0].persistent_sd = 0.05;
  bank.targets = {bank.YearOf("bank")};
  const SharedBasis basis = MakeSharedBasis(bank.plan());
  for (const BasisDraw& draw : basis.draws) {
    if (draw.dimension != 0) continue;
    EXPECT_EQ(draw.key.purpose, Purpose::kNationalFactor);
    EXPECT_EQ(draw.key.draw, kMaxRank);
  }
}

// Every draw of 4,096 points of each of 16 scrambles has mean 0 and variance 1: the components are
// spread evenly, so the tolerances are those of independent draws at 5 standard errors (false alarm
// 6e-7 a check).
TEST(SharedBasisTest, LeavesEveryDrawStandardNormal) {
  const TinyBank bank = MakeRandomBank(5);
  const Plan plan = bank.plan();
  const SharedBasis basis = MakeSharedBasis(plan);
  constexpr int kPoints = 256;
  std::vector<double> sums(basis.draws.size(), 0.0);
  std::vector<double> squares(basis.draws.size(), 0.0);
  for (int scramble = 0; scramble < 16; ++scramble) {
    const ScrambledSobol sobol(plan.seed, scramble, basis.dimension_count);
    for (uint32_t point = 0; point < kPoints; ++point) {
      SobolDraws draws(basis, sobol, point, point * 16 + scramble);
      for (size_t k = 0; k < basis.draws.size(); ++k) {
        const double value = basis.draws[k].uniform ? 0.0 : draws.Normal(basis.draws[k].key);
        if (basis.draws[k].uniform) draws.Uniform(basis.draws[k].key);
        sums[k] += value;
        squares[k] += value * value;
      }
    }
  }
  constexpr double kCount = 16.0 * kPoints;
  for (size_t k = 0; k < basis.draws.size(); ++k) {
    if (basis.draws[k].uniform) continue;
    EXPECT_NEAR(sums[k] / kCount, 0.0, 5.0 / std::sqrt(kCount)) << k;
    EXPECT_NEAR(squares[k] / kCount, 1.0, 5.0 * std::sqrt(2.0 / kCount)) << k;
  }
}

TEST(SharedBasisTest, DoesNotDependOnAnythingButThePlan) {
  const Plan plan = MakeRandomBank(6).plan();
  const SharedBasis a = MakeSharedBasis(plan);
  const SharedBasis b = MakeSharedBasis(plan);
  const ScrambledSobol sobol(plan.seed, 3, a.dimension_count);
  SobolDraws first(a, sobol, 77, 1'235);
  SobolDraws second(b, sobol, 77, 1'235);
  const SharedStage stage(plan);
  EXPECT_EQ(stage.Draw(first).profile, stage.Draw(second).profile);
}

}  // namespace
}  // namespace jalon::sim
