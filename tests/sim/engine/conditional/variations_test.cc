// Variations from a value that is still to come: closed forms against whole paths.
#include "tests/sim/engine/conditional/variations.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/engine/conditional/estimator.h"
#include "sim/engine/conditional/joint_chance.h"
#include "sim/engine/run.h"
#include "sim/engine/sampled_estimator.h"
#include "tests/support/sanitized.h"

namespace jalon::sim {
namespace {

template <typename Estimator>
Checkpoint RunOn(const Plan& plan, int64_t paths) {
  RunOptions options{.max_paths = paths};
  options.summary.quantile_levels = {0.5};
  InlineExecutor executor;
  return RunToPrecision(std::make_unique<Estimator>(plan, options.summary), options, executor, {},
                        [](const Checkpoint&) {})
      .value();
}

class VariationsTest : public ::testing::TestWithParam<int> {};

// 4 standard errors (false alarm 6e-5 a check; 2,400 checks, seeds fixed) and what laws by moments
// approximate: 0.3 points of a chance, and 3 % of the share of paths without R/O.
TEST_P(VariationsTest, AgreeWithWholePathsWhereTheyStartFromAValueToCome) {
  constexpr int64_t kPaths = 16'384;
  TinyBank bank = VariationsToCome(80 + GetParam());
  const Plan plan = bank.plan();
  bank.seed += 1'000'003;
  const Plan other = bank.plan();
  const Checkpoint closed = RunOn<ConditionalEstimator>(plan, 4'096);
  const Checkpoint drawn = RunOn<SampledEstimator>(other, kPaths);
  int near_count = 0;
  for (int i = 0; i < plan.target_count(); ++i) {
    SCOPED_TRACE("target " + std::to_string(i));
    ASSERT_NE(closed.laws[i], LawUsed::kSampled);
    const TargetEstimate& a = closed.estimates[i];
    const TargetEstimate& b = drawn.estimates[i];
    const double undefined = b.ro_undefined_share;
    near_count += undefined > 0.05 && undefined < 0.95 ? 1 : 0;
    const auto slack = [&](double p) {
      return 0.003 + 0.03 * undefined +
             4.0 * std::sqrt(std::max(p * (1.0 - p), 1e-4) * (1.0 / kPaths + 1.0 / 16'384));
    };
    EXPECT_NEAR(a.ro_undefined_share, undefined, slack(undefined));
    EXPECT_NEAR(a.opening_mean, b.opening_mean, 0.02 * std::fabs(b.opening_mean));
    EXPECT_NEAR(a.mean, b.mean, 4.0 * std::hypot(a.mean_standard_error, b.mean_standard_error));
    for (size_t j = 0; j < a.probability.size(); ++j) {
      EXPECT_NEAR(a.probability[j], b.probability[j], slack(b.probability[j]))
          << j << ", without R/O " << undefined;
    }
  }
  EXPECT_GT(near_count, 2);
}

INSTANTIATE_TEST_SUITE_P(Seeds, VariationsTest, ::testing::Range(0, kSanitized ? 1 : 4));

// The first number summed over small steps.
double JointBySteps(double p, double q, double correlation) {
  constexpr int kSteps = 20'000;
  const double x = NormalInverseCdf(p);
  const double rest = std::sqrt(1.0 - correlation * correlation);
  double sum = 0.0;
  for (int k = 0; k < kSteps; ++k) {
    const double z = NormalInverseCdf(q * (k + 0.5) / kSteps);
    sum += NormalCdf((x - correlation * z) / rest);
  }
  return q * sum / kSteps;
}

TEST(JointChanceTest, IsThatOfTwoNormalNumbers) {
  for (const double p : {0.001, 0.2, 0.5, 0.97}) {
    for (const double q : {1e-6, 0.05, 0.6, 0.999}) {
      for (const double correlation : {-0.8, -0.3, 0.0, 0.5, 0.8}) {
        EXPECT_NEAR(JointChance(p, q, correlation), JointBySteps(p, q, correlation), 1e-5)
            << p << " " << q << " " << correlation;
        EXPECT_NEAR(JointChance(p, q, correlation), JointChance(q, p, correlation), 1e-12);
      }
      EXPECT_NEAR(JointChance(p, q, 0.99), JointBySteps(p, q, 0.99), 2e-3) << p << " " << q;
      EXPECT_NEAR(JointChance(p, q, 0.0), p * q, 1e-15);
    }
  }
}

TEST(JointChanceTest, IsBetweenWhatChancesAllow) {
  for (const double p : {0.0, 1e-300, 0.3, 1.0}) {
    for (const double q : {0.0, 0.7, 1.0}) {
      for (const double correlation : {-1.0, 0.0, 1.0}) {
        const double joint = JointChance(p, q, correlation);
        EXPECT_GE(joint, std::max(p + q - 1.0, 0.0) - 1e-15);
        EXPECT_LE(joint, std::min(p, q));
      }
    }
  }
}

}  // namespace
}  // namespace jalon::sim
