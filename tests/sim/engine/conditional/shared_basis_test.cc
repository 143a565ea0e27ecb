#include "sim/engine/conditional/shared_basis.h"

#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

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
    EXPECT_LE(basis.dimension_count, kBasisDimensions);
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

// An event whose channel shares differ between branches acts in parts: one size on a path for all
// of them (docs/channels.md).
TEST(SharedBasisTest, DrawsTheSizeOfAnEventThatActsInPartsOnce) {
  TinyBank bank = MakeTinyBank({.branches_per_region = 2});
  bank.revision.channels.channels = {{.id = "online"}, {.id = "phone"}};
  bank.revision.channels.shares = {{.unit = "r1-b1", .channel = "phone", .share = 0.2},
                                   {.unit = "r1-b2", .channel = "phone", .share = 0.6}};
  Event event = FixedEvent("phone-signature", -0.5);
  event.effect = {EffectLaw::Kind::kTriangular, -0.9, -0.5, -0.1};
  event.channel = "phone";
  bank.scenario.events = {event};
  bank.targets = {bank.YearOf("bank")};
  const Plan plan = bank.plan();
  ASSERT_EQ(plan.events.size(), 2u);
  const SharedBasis basis = MakeSharedBasis(plan);
  std::vector<int> dimensions;
  for (const BasisDraw& draw : basis.draws) {
    if (draw.key.purpose == Purpose::kEvent) dimensions.push_back(draw.dimension);
  }
  ASSERT_EQ(dimensions.size(), 2u);
  EXPECT_GE(dimensions[0], 0);
  EXPECT_EQ(dimensions[0], dimensions[1]);
}

// ------------------------------------------------------------------------------------ variants

using Address = std::tuple<Purpose, uint64_t, int, int>;

Address AddressOf(const StreamKey& key) {
  return {key.purpose, key.id, key.period.index, key.draw};
}

// Draws of a point by address.
std::map<Address, double> DrawsOf(const Plan& plan, const SharedBasis& basis, uint32_t point) {
  struct Noted final : SharedDraws {
    explicit Noted(SobolDraws draws) : draws(std::move(draws)) {}
    double Normal(const StreamKey& key) override {
      return noted[AddressOf(key)] = draws.Normal(key);
    }
    double Uniform(const StreamKey& key) override {
      return noted[AddressOf(key)] = draws.Uniform(key);
    }
    double RareUniform(const StreamKey& key) override { return draws.RareUniform(key); }
    SobolDraws draws;
    std::map<Address, double> noted;
  };
  const ScrambledSobol sobol(plan.seed, 1, basis.dimension_count);
  Noted noted(SobolDraws(basis, sobol, point, point * 16 + 1));
  SharedStage(plan).Draw(noted);
  return noted.noted;
}

// What both ask for has the same value in both, bit for bit; returns how many draws that were.
int ExpectSameWhereBothDraw(const Plan& baseline, const Plan& variant) {
  const SharedBasis basis = MakeSharedBasis(baseline);
  const SharedBasis extended = MakeSharedBasis(variant, &basis);
  int common = 0;
  for (const uint32_t point : {0u, 5u, 77u}) {
    const std::map<Address, double> theirs = DrawsOf(baseline, basis, point);
    for (const auto& [address, value] : DrawsOf(variant, extended, point)) {
      const auto found = theirs.find(address);
      if (found == theirs.end()) continue;
      EXPECT_EQ(value, found->second);
      ++common;
    }
  }
  return common;
}

TEST(VariantBasisTest, KeepsTheDrawsOfTheBaseline) {
  for (const uint64_t seed : {11, 12, 13}) {
    const TinyBank bank = MakeRandomBank(seed);
    TinyBank more = bank;
    more.scenario.events.push_back(FixedEvent("another", -0.1));
    EXPECT_GT(ExpectSameWhereBothDraw(bank.plan(), more.plan()), 100);
    // Fewer events and a shorter horizon: parts of the rotations are not asked for.
    TinyBank less = bank;
    less.scenario.events.clear();
    less.targets = {less.On("bank", {Period::Month(2026, 1), Period::Month(2026, 5)})};
    EXPECT_GT(ExpectSameWhereBothDraw(bank.plan(), less.plan()), 20);
    // A longer one draws what the baseline does not.
    TinyBank longer = bank;
    longer.targets = {longer.YearOf("bank"), longer.On("bank", Year(2027))};
    EXPECT_GT(ExpectSameWhereBothDraw(bank.plan(), longer.plan()), 20);
  }
}

TEST(VariantBasisTest, GivesANewEventADimensionAfterTheBaselines) {
  const TinyBank bank = MakeRandomBank(14);
  const SharedBasis basis = MakeSharedBasis(bank.plan());
  TinyBank more = bank;
  Event event = FixedEvent("another", -0.1);
  event.effect = {EffectLaw::Kind::kTriangular, -0.2, -0.1, 0.0};
  more.scenario.events.push_back(event);
  const SharedBasis extended = MakeSharedBasis(more.plan(), &basis);
  EXPECT_EQ(extended.dimension_count, basis.dimension_count + 1);
  int found = 0;
  for (const BasisDraw& draw : extended.draws) {
    if (draw.dimension == basis.dimension_count) {
      EXPECT_EQ(draw.key.purpose, Purpose::kEvent);
      ++found;
    }
  }
  EXPECT_EQ(found, 1);
}

TEST(VariantBasisTest, OfAPlanThatChangesNothingIsTheBaselines) {
  const Plan plan = MakeRandomBank(15).plan();
  const SharedBasis basis = MakeSharedBasis(plan);
  const SharedBasis again = MakeSharedBasis(plan, &basis);
  EXPECT_EQ(again.dimension_count, basis.dimension_count);
  EXPECT_EQ(again.draws.size(), basis.draws.size());
  EXPECT_EQ(DrawsOf(plan, again, 9), DrawsOf(plan, basis, 9));
}

}  // namespace
}  // namespace jalon::sim
