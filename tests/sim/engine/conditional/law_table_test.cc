// Tables and laws against the naive computation.
#include "sim/engine/conditional/law_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/engine/conditional/curve_families.h"
#include "sim/engine/conditional/moment_law.h"
#include "sim/engine/conditional/score_curve.h"
#include "sim/engine/conditional/student_sum.h"
#include "sim/engine/conditional/sum_reach.h"
#include "sim/random/laws.h"

namespace jalon::sim {
namespace {

// The largest difference between a table and the naive computation, over the range where the
// probability moves.
double LargestError(const SumLaw& law, double x) {
  const ReachTable table(law, x, true);
  double largest = 0.0;
  for (int j = -60; j <= 60; ++j) {
    const double log2_mean = std::log2(std::max(x, 0.5)) + 0.1 * j * (0.2 + law.effect_sd);
    largest = std::max(largest,
                       std::fabs(table.At(log2_mean) - NaiveReach(law, x, std::exp2(log2_mean))));
  }
  return largest;
}

TEST(ReachTableTest, IsTheNaiveComputationForCounts) {
  for (double dispersion : {1.0, 1.8, 10.0}) {
    for (double effect : {0.0, 0.02, 0.15, 0.6}) {
      for (double x : {1.0, 3.0, 40.0, 1'000.0}) {
        const SumLaw law{Law::kNegativeBinomial, dispersion, 1.0, effect};
        EXPECT_LT(LargestError(law, x), 1e-4) << dispersion << " " << effect << " " << x;
      }
    }
  }
}

TEST(ReachTableTest, IsTheNaiveComputationForAmounts) {
  for (double dispersion : {0.5, 20.0}) {
    for (double effect : {0.0, 0.1, 0.5}) {
      for (double x : {1.0, 60.0, 10'000.0}) {
        const SumLaw law{Law::kGamma, dispersion, 1.0, effect};
        EXPECT_LT(LargestError(law, x), 1e-4) << dispersion << " " << effect << " " << x;
      }
    }
  }
}

TEST(ReachTableTest, IsTheNaiveComputationForAmountsWithZeros) {
  for (double effect : {0.0, 0.3}) {
    for (double x : {1.0, 25.0}) {
      const SumLaw law{Law::kCompoundGamma, 5.0, 1.5, effect};
      EXPECT_LT(LargestError(law, x), 1e-4) << effect << " " << x;
    }
  }
}

TEST(ReachTableTest, IncreasesWithTheMeanAndDecreasesWithTheThreshold) {
  const SumLaw law{Law::kNegativeBinomial, 2.0, 1.0, 0.2};
  const ReachTable near(law, 40.0, true);
  const ReachTable far(law, 50.0, true);
  double before = 0.0;
  for (double place = -5.0; place < 15.0; place += 0.01) {
    EXPECT_GE(near.At(place), before);
    EXPECT_LE(far.At(place), near.At(place) + 1e-4);
    before = near.At(place);
  }
}

TEST(ReachTableTest, KnowsTheEnds) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (Law kind : {Law::kNegativeBinomial, Law::kGamma, Law::kCompoundGamma}) {
    const SumLaw law{kind, 2.0, 1.0, 0.2};
    EXPECT_EQ(ReachTable(law, 0.0, true).At(-kInfinity), 1.0);
    EXPECT_EQ(ReachTable(law, -kInfinity, true).At(3.0), 1.0);
    EXPECT_EQ(ReachTable(law, kInfinity, true).At(3.0), 0.0);
    EXPECT_EQ(ReachTable(law, 5.0, true).At(-kInfinity), 0.0);
    EXPECT_EQ(ReachTable(law, 5.0, true).At(kInfinity), 1.0);
  }
  // Nothing is drawn above 0 with no mean; with a mean a count is above 0 unless it is 0.
  const SumLaw poisson{Law::kNegativeBinomial, 1.0, 1.0, 0.0};
  EXPECT_NEAR(ReachTable(poisson, 0.0, false).At(1.0), 1.0 - std::exp(-2.0), 1e-4);
}

// Where a curve is fitted it is within 1e-5 of the law. Three quarters of these thresholds have
// one: few pieces (a threshold of 5, or of 40 at a dispersion of 10) do not.
TEST(ScoreCurveTest, IsTheNaiveComputation) {
  CurveFamilies families;
  int fitted = 0;
  int asked = 0;
  for (const Law kind : {Law::kNegativeBinomial, Law::kGamma}) {
    for (double dispersion : {1.0, 1.8, 10.0}) {
      for (double effect : {0.0, 0.02, 0.15, 0.6}) {
        for (double x : {5.0, 12.0, 40.0, 1'000.0, 30'000.0}) {
          const SumLaw law{kind, dispersion, 1.0, effect};
          ++asked;
          const std::optional<ScoreCurve> curve = FitScoreCurve(law, x, true, families);
          if (!curve) continue;
          ++fitted;
          for (double t = -1.2; t <= 1.2; t += 0.06) {
            const double place = curve->center + t / curve->inverse_half_width;
            EXPECT_NEAR(curve->At(place), NaiveReach(law, x, std::exp2(place)), 1.5e-5)
                << dispersion << " " << effect << " " << x << " " << t;
          }
        }
      }
    }
  }
  EXPECT_GT(fitted, 0.6 * asked) << fitted << " of " << asked;
}

// Rows of a family are made once; between them nothing is lost. The distribution function of
// amounts with zeros has an error of its own beyond 100 of them.
TEST(ScoreCurveTest, SharesTheCurvesOfAmounts) {
  CurveFamilies families;
  for (const Law kind : {Law::kGamma, Law::kCompoundGamma}) {
    for (double pieces : {13.5, 17.3, 29.0, 61.7, 333.3, 90'000.0}) {
      for (double effect : {0.0, 0.1}) {
        const SumLaw law{kind, 24'000.0, 3.0, effect};
        const double x = 24'000.0 * pieces;
        const std::optional<ScoreCurve> curve = FitScoreCurve(law, x, true, families);
        if (!curve && kind == Law::kCompoundGamma && pieces > 50.0) continue;
        ASSERT_TRUE(curve) << pieces;
        for (double t = -1.1; t <= 1.1; t += 0.31) {
          const double place = curve->center + t / curve->inverse_half_width;
          EXPECT_NEAR(curve->At(place), NaiveReach(law, x, std::exp2(place)),
                      kind == Law::kGamma ? 1.5e-5 : 2e-4)
              << pieces << " " << effect << " " << t;
        }
      }
    }
  }
}

// Whole thresholds lie between the rows of their family; what one gets does not depend on which
// others were asked for.
TEST(ScoreCurveTest, SharesTheCurvesOfCounts) {
  CurveFamilies families;
  int shared = 0;
  int asked = 0;
  for (double dispersion : {1.0, 1.3, 2.4, 7.0}) {
    for (double x = 5.0; x < 3'000.0; x = std::ceil(1.07 * x)) {
      const SumLaw law{Law::kNegativeBinomial, dispersion, 1.0, 0.0};
      const SumReach reach(law, x, true);
      const std::optional<ScoreCurve> curve = families.Find(law, reach, 1e-5);
      ++asked;
      if (!curve) continue;
      ++shared;
      for (double t = -1.1; t <= 1.1; t += 0.055) {
        const double place = curve->center + t / curve->inverse_half_width;
        EXPECT_NEAR(curve->At(place), reach.AtLog2(place), 1.5e-5)
            << dispersion << " " << x << " " << t;
      }
      CurveFamilies alone;
      EXPECT_EQ(alone.Find(law, reach, 1e-5)->coefficients, curve->coefficients);
    }
  }
  EXPECT_GT(shared, 0.8 * asked) << shared << " of " << asked;
}

TEST(SumReachTest, GoesOnSmoothlyBetweenCounts) {
  for (double dispersion : {1.0, 1.8}) {
    const SumLaw law{Law::kNegativeBinomial, dispersion, 1.0, 0.0};
    for (double x : {1.0, 7.0, 300.0}) {
      for (double mean : {0.7 * x, x, 1.2 * x}) {
        EXPECT_NEAR(SmoothReach(law, x, mean), SumReach(law, x, true).At(mean), 1e-12);
        EXPECT_GT(SmoothReach(law, x, mean), SmoothReach(law, x + 0.5, mean));
      }
    }
  }
}

TEST(ReachTableTest, SharesWhatHasNoEffectYet) {
  ReachesWithoutEffect known;
  for (const double effect : {0.0, 0.1, 0.3}) {
    const SumLaw law{Law::kNegativeBinomial, 1.5, 1.0, effect};
    const ReachTable shared(law, 3.0, true, known);
    const ReachTable alone(law, 3.0, true);
    for (double place = -2.0; place < 5.0; place += 0.37) {
      EXPECT_EQ(shared.At(place), alone.At(place));
    }
  }
}

TEST(ScoreCurveTest, LeavesWhatIsCertainToTables) {
  CurveFamilies families;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (Law kind : {Law::kNegativeBinomial, Law::kGamma, Law::kCompoundGamma}) {
    const SumLaw law{kind, 2.0, 1.0, 0.2};
    EXPECT_FALSE(FitScoreCurve(law, 0.0, true, families));
    EXPECT_FALSE(FitScoreCurve(law, -5.0, true, families));
    EXPECT_FALSE(FitScoreCurve(law, kInfinity, true, families));
  }
}

TEST(MomentLawTest, IsTheGammaLawForAGamma) {
  const AmountLaw gamma{12.0, 3.0};
  const ThreeMoments moments{12.0, 36.0, 2.0 * 9.0 * 12.0};
  for (double x : {1.0, 6.0, 12.0, 30.0}) {
    EXPECT_NEAR(UpperTail(moments, x), 1.0 - Cdf(gamma, x), 1e-10);
    // And turned round.
    EXPECT_NEAR(UpperTail({-12.0, 36.0, -216.0 * 1.0}, -x), Cdf(gamma, x), 1e-10);
  }
}

TEST(MomentLawTest, JoinsTheNormalLaw) {
  for (double z : {-2.0, 0.0, 1.0}) {
    EXPECT_NEAR(UpperTail({5.0, 4.0, 0.0}, 5.0 + 2.0 * z), NormalCdf(-z), 1e-12);
    EXPECT_NEAR(UpperTail({0.0, 1.0, 0.0016}, z), UpperTail({0.0, 1.0, 0.0014}, z), 2e-4);
  }
}

TEST(MomentLawTest, IsAStepWithoutVariance) {
  EXPECT_EQ(UpperTail({5.0, 0.0, 0.0}, 4.0), 1.0);
  EXPECT_EQ(UpperTail({5.0, 0.0, 0.0}, 5.0), 0.0);
}

TEST(StudentSumTest, IsStudentForOneDraw) {
  for (double degrees : {3.0, 5.0, 30.0}) {
    const StudentSumLaw law(degrees, 1, 1.0);
    for (double z : {-4.0, -1.0, -0.3, 0.0, 0.7, 2.5}) {
      EXPECT_NEAR(law.UpperTail(z), 1.0 - Cdf(StudentTLaw{0.0, 1.0, degrees}, z), 5e-4)
          << degrees << " " << z;
    }
  }
}

// What a run makes slice by slice.
TEST(StudentSumTest, IsTheSameMadeInSlices) {
  StudentSums sums;
  const std::shared_ptr<const StudentSumLaw> wide = sums.Get(4.0, 200, 0.5);
  const std::shared_ptr<const StudentSumLaw> one = sums.Get(3.0, 1, 1.0);
  EXPECT_EQ(sums.Get(4.0, 199, 0.501), wide);
  const std::shared_ptr<const StudentSumLaw> other = sums.Get(4.0, 200, 0.25);
  int slices = 1;
  while (!sums.Step()) ++slices;
  EXPECT_GT(slices, 12) << "200 draws are ten convolutions";
  const auto expect_same = [](const StudentSumLaw& made, const StudentSumLaw& direct) {
    for (double z = -5.0; z < 5.0; z += 0.37) EXPECT_EQ(made.UpperTail(z), direct.UpperTail(z));
  };
  expect_same(*wide, StudentSumLaw(4.0, 200, 0.5));
  expect_same(*other, StudentSumLaw(4.0, 200, 0.25));
  expect_same(*one, StudentSumLaw(3.0, 1, 1.0));
}

TEST(StudentSumTest, IsNormalWithoutStudent) {
  const StudentSumLaw law(5.0, 12, 0.0);
  for (double z : {-2.0, 0.0, 1.0}) EXPECT_NEAR(law.UpperTail(z), NormalCdf(-z), 1e-4);
}

// 400,000 sums by the standard library: 5 standard errors, false alarm 6e-7 per check.
TEST(StudentSumTest, IsTheSumOfTwelveDraws) {
  constexpr int kDraws = 400'000;
  std::mt19937_64 engine(5);
  std::student_t_distribution<double> student(4.0);
  std::normal_distribution<double> normal;
  std::vector<double> sums;
  for (int i = 0; i < kDraws; ++i) {
    double sum = 0.0;
    for (int t = 0; t < 12; ++t) sum += student(engine) / std::sqrt(2.0);
    sums.push_back(std::sqrt(0.7 / 12.0) * sum + std::sqrt(0.3) * normal(engine));
  }
  const StudentSumLaw law(4.0, 12, 0.7);
  for (double z : {-2.5, -1.0, 0.0, 0.5, 1.5, 3.0}) {
    const double share =
        std::count_if(sums.begin(), sums.end(), [z](double x) { return x > z; }) / double{kDraws};
    const double p = law.UpperTail(z);
    EXPECT_NEAR(share, p, 2e-4 + 5.0 * std::sqrt(p * (1.0 - p) / kDraws)) << z;
  }
}

}  // namespace
}  // namespace jalon::sim
