// What caps, rare products and common shocks do to scores: the figures of docs/scores.md. Half the
// paths attain each objective (the median), weights are equal, 65,536 paths: a share has a standard
// error of 0.002, and is compared at 5 of them (false alarm 6e-7 per check, fixed seed).
#include <algorithm>
#include <cmath>
#include <random>

#include "gtest/gtest.h"
#include "sim/engine/scores.h"
#include "tests/sim/engine/score_paths.h"

namespace jalon::sim {
namespace {

constexpr int kBlocks = 4'096;
constexpr int kPaths = kBlocks * kPathsPerBlock;
constexpr double kTolerance = 0.01;

// A branch of six counts (sales a year) and six amounts (coefficients of variation): means move by
// a shock common to all indicators and one of their own, both lognormal; counts are negative
// binomial with variance 1.1 x mean, amounts gamma.
struct Branch {
  std::vector<double> sales;
  std::vector<double> amount_cv;
  double common_sd = 0.0;
  double own_sd = 0.0;
};

class BranchPaths {
 public:
  explicit BranchPaths(const Branch& branch) : branch_(branch) {}

  std::vector<double> Draw() {
    const double common = branch_.common_sd * normal_(generator_);
    std::vector<double> values;
    for (const double mean : branch_.sales) values.push_back(Sales(mean * Shock(common)));
    for (const double cv : branch_.amount_cv) {
      std::gamma_distribution<double> gamma(1.0 / (cv * cv), cv * cv);
      values.push_back(Shock(common) * gamma(generator_));
    }
    return values;
  }

 private:
  double Shock(double common) { return std::exp(common + branch_.own_sd * normal_(generator_)); }
  double Sales(double mean) {
    std::gamma_distribution<double> gamma(mean / 0.1, 0.1);
    std::poisson_distribution<int> poisson(gamma(generator_));
    return poisson(generator_);
  }

  const Branch& branch_;
  std::mt19937_64 generator_{2'027};
  std::normal_distribution<double> normal_;
};

std::vector<double> Medians(const std::vector<std::vector<double>>& paths) {
  std::vector<double> medians, column(paths.size());
  for (size_t i = 0; i < paths[0].size(); ++i) {
    for (size_t p = 0; p < paths.size(); ++p) column[p] = paths[p][i];
    std::nth_element(column.begin(), column.begin() + kPaths / 2, column.end());
    medians.push_back(column[kPaths / 2]);
  }
  return medians;
}

// Scores of one branch uncapped, capped at 120 % and at 110 %.
ScoreEstimates ScoresOf(const Branch& branch) {
  BranchPaths source(branch);
  std::vector<std::vector<double>> paths;
  for (int p = 0; p < kPaths; ++p) paths.push_back(source.Draw());
  const std::vector<double> objectives = Medians(paths);
  Plan plan = PlanOfTargets(12);
  plan.scores.scores = {EqualScore(objectives), EqualScore(objectives, 1.2),
                        EqualScore(objectives, 1.1)};
  plan.scores.levels = {1.0};
  size_t next = 0;
  return EstimateScores(plan, kBlocks, [&] { return paths[next++]; });
}

const Branch kSmall = {{12, 30, 90, 150, 220, 250}, {.45, .15, .12, .10, .08, .05}};
const Branch kLarge = {{60, 150, 450, 750, 1100, 1250}, {.20, .07, .06, .05, .04, .03}};

Branch WithShocks(Branch branch, double common_sd, double own_sd) {
  branch.common_sd = common_sd;
  branch.own_sd = own_sd;
  return branch;
}

void ExpectChances(const ScoreEstimates& found, double uncapped, double cap120, double cap110) {
  EXPECT_NEAR(found.scores[0].level_probability[0], uncapped, kTolerance);
  EXPECT_NEAR(found.scores[1].level_probability[0], cap120, kTolerance);
  EXPECT_NEAR(found.scores[2].level_probability[0], cap110, kTolerance);
}

TEST(ScoreLessonsTest, CapsTakeChancesAwayInASmallBranch) {
  const ScoreEstimates found = ScoresOf(WithShocks(kSmall, 0.10, 0.08));
  ExpectChances(found, 0.53, 0.46, 0.36);
  EXPECT_NEAR(found.scores[0].joint.value, 0.024, 0.004);
}

TEST(ScoreLessonsTest, CapsTakeLessInALargeBranch) {
  const ScoreEstimates found = ScoresOf(WithShocks(kLarge, 0.10, 0.08));
  ExpectChances(found, 0.52, 0.505, 0.46);
  EXPECT_NEAR(found.scores[0].joint.value, 0.065, 0.006);
}

TEST(ScoreLessonsTest, WithoutACommonShockAllTwelveAreNextToImpossible) {
  const ScoreEstimates found = ScoresOf(WithShocks(kSmall, 0.0, 0.08));
  // A median of counts is attained by slightly more than half the paths: at most .56^12.
  EXPECT_LT(found.scores[0].joint.value, 0.001);
  EXPECT_GT(found.scores[0].level_probability[0], 0.5);
}

TEST(ScoreLessonsTest, TheRarestProductWeighsMostWhateverItsNominalWeight) {
  const ScoreEstimates found = ScoresOf(WithShocks(kSmall, 0.0, 0.05));
  const std::vector<double>& effective = found.scores[0].effective_weight;
  EXPECT_GT(effective[0], 2.0 / 12) << "12 contracts a year, nominal weight 1/12";
  EXPECT_LT(effective[5], 0.5 / 12) << "250 a year";
}

TEST(ScoreLessonsTest, EqualChancesAreNotEqualPay) {
  // Objectives at P = .6; the more a branch varies, the more the ladder pays on average.
  const std::vector<PayoffRung> ladder = {{0.6, 0.6, RungShape::kLinear},
                                          {1.0, 1.0, RungShape::kLinear},
                                          {1.3, 1.6, RungShape::kLinear},
                                          {1.7, 2.0, RungShape::kLinear}};
  std::vector<double> pay;
  for (const double cv : {0.10, 0.50}) {
    std::mt19937_64 generator(7);
    std::gamma_distribution<double> gamma(1.0 / (cv * cv), cv * cv);
    std::vector<double> values;
    for (int p = 0; p < kPaths; ++p) values.push_back(gamma(generator));
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    Plan plan = PlanOfTargets(1);
    plan.scores.scores = {EqualScore({sorted[static_cast<size_t>(0.4 * kPaths)]})};
    plan.scores.ladder = ladder;
    size_t next = 0;
    pay.push_back(EstimateScores(plan, kBlocks, [&] { return std::vector<double>{values[next++]}; })
                      .scores[0]
                      .payoff_mean);
  }
  EXPECT_NEAR(pay[0], 1.09, 0.02);
  EXPECT_NEAR(pay[1], 1.25, 0.03);
}

}  // namespace
}  // namespace jalon::sim
