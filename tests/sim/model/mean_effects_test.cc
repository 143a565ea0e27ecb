// Means of branches in the fit: their elasticities are found again, and only there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/math.h"
#include "sim/base/missing.h"
#include "sim/demo/demo.h"
#include "sim/model/fit.h"
#include "sim/random/laws.h"
#include "sim/random/stream.h"
#include "tests/sim/model/small_revision.h"
#include "tests/support/sanitized.h"

namespace jalon::sim {
namespace {

using ::testing::HasSubstr;

constexpr SmallShape kShape{.branches_per_region = 6, .period_count = 36};

Model Fit(const Revision& revision) {
  return *FitModel(revision, {}, StopToken(), [](double) {});
}

// Advisers of a branch: a step at a month of its own, up or down.
double Advisers(int branch, int t) {
  const bool later = t >= 6 + 2 * branch;
  return 4.0 + (branch % 2 == 0 ? 1.0 : -1.0) * (later ? 1.0 : 0.0);
}

// Advisers of the branches over the history, acting on `sales` as believed.
void AddAdvisers(Revision& revision, double prior_mean, double prior_sd) {
  int branch = 0;
  for (int u = 0; u < revision.network.unit_count(); ++u) {
    if (!revision.network.is_leaf(u)) continue;
    MeanSeries series{.mean = "advisers",
                      .unit = revision.network.unit(u).id,
                      .first = revision.realisations.first()};
    for (int t = 0; t < kShape.period_count; ++t) series.values.push_back(Advisers(branch, t));
    series.planned.assign(series.values.size(), false);
    revision.means.series.push_back(series);
    ++branch;
  }
  revision.means.effects = {{"advisers", "sales", prior_mean, prior_sd, "belief"}};
}

// Poisson counts of mean 100 x (advisers / 4)^beta x season.
Revision Bank(double beta, uint64_t seed) {
  Revision revision = MakeSmallRevision(kShape, [&](int branch, int t) {
    const double u = DrawUniform(
        seed, {.purpose = Purpose::kGenerator, .id = static_cast<uint64_t>(branch), .draw = t});
    const double season = t % 12 == 7 ? 0.6 : 1.0;
    return Quantile(CountLaw{100.0 * season * Exp(beta * Log(Advisers(branch, t) / 4.0)), 1.0}, u);
  });
  AddAdvisers(revision, 0.5, 0.5);
  return revision;
}

const MeanEffect& Only(const Model& model) {
  EXPECT_EQ(model.mean_effects.size(), 1u);
  return model.mean_effects.front();
}

// Banks of each elasticity, 20 or, under a sanitizer, 2: the posterior within 4.5 of its standard
// deviations of the truth, false alarm 60 x 7e-6 = 4e-4 if the errors were normal with the variance
// stated; the seeds are fixed.
TEST(MeanEffectsTest, FindsElasticitiesAgainWithinTheirError) {
  constexpr uint64_t kBanks = kSanitized ? 2 : 20;
  for (const double truth : {0.0, 0.4, 0.9}) {
    for (uint64_t seed = 1; seed <= kBanks; ++seed) {
      const Model model = Fit(Bank(truth, seed));
      const MeanEffect& effect = Only(model);
      EXPECT_NEAR(effect.beta_mean, truth, 4.5 * effect.beta_sd) << truth << " " << seed;
      EXPECT_GT(effect.information_share, 0.9);
      EXPECT_LT(effect.beta_sd, 0.15);
      EXPECT_EQ(effect.branch_count, 12);
    }
  }
}

// Errors over the stated standard deviation, 60 banks: their mean square is 1 within what 60
// squares of normals allow, 4 x sqrt(2 / 60): false alarm about 1e-3 on the upper side. A sanitizer
// looks at four, too few for the lower side: chance alone is under 0.3 once in eight times.
TEST(MeanEffectsTest, StatesItsError) {
  constexpr int kErrors = kSanitized ? 4 : 60;
  double squares = 0.0;
  for (uint64_t seed = 101; seed < 101 + kErrors; ++seed) {
    const Model model = Fit(Bank(0.5, seed));
    const MeanEffect& effect = Only(model);
    squares += std::pow((effect.beta_mean - 0.5) / effect.beta_sd, 2);
  }
  EXPECT_LT(squares / kErrors, 1 + 4 * std::sqrt(2.0 / kErrors));
  if (!kSanitized) {
    EXPECT_GT(squares / kErrors, 0.3);
  }
}

TEST(MeanEffectsTest, LevelsAreThoseAtTheUsualMean) {
  // The year up to as_of saw the same advisers throughout for the branches that moved early.
  const Model model = Fit(Bank(0.9, 7));
  EXPECT_NEAR(model.level.mean[0], Log(100.0) + 0.9 * Log(5.0 / 4.0), 0.15);
}

TEST(MeanEffectsTest, MeansThatNeverMoveLeaveWhatWasBelieved) {
  Revision revision = Bank(0.9, 3);
  for (MeanSeries& series : revision.means.series) {
    series.values.assign(series.values.size(), 4.0);
  }
  const Model model = Fit(revision);
  EXPECT_EQ(Only(model).beta_mean, 0.5);
  EXPECT_EQ(Only(model).beta_sd, 0.5);
  EXPECT_EQ(Only(model).information_share, 0.0);
  EXPECT_THAT(model.notes, testing::Contains(HasSubstr("advisers on sales: its elasticity is what "
                                                       "was believed")));
}

TEST(MeanEffectsTest, MeansThatMoveTogetherSayNothing) {
  Revision revision = Bank(0.0, 3);
  for (MeanSeries& series : revision.means.series) {
    for (size_t t = 0; t < series.values.size(); ++t) series.values[t] = t < 18 ? 4.0 : 6.0;
  }
  EXPECT_LT(Only(Fit(revision)).information_share, 0.01) << "the common path takes it";
}

TEST(MeanEffectsTest, ARevisionWithoutEffectsIsFittedAsBefore) {
  const Revision plain = MakeSmallRevision({}, PlainCell);
  Revision with = plain;
  AddAdvisers(with, 0.5, 0.25);
  with.means.effects.clear();
  EXPECT_EQ(Fit(plain), Fit(with));
}

TEST(MeanEffectsTest, MonthsWithoutAnyAreLeftOutAndCounted) {
  Revision revision = Bank(0.5, 5);
  revision.means.series[0].values[2] = 0.0;
  const Model model = Fit(revision);
  EXPECT_THAT(model.notes, testing::Contains(HasSubstr("1 values of months without any are left "
                                                       "out")));
  EXPECT_GT(Only(model).information_share, 0.9);
}

TEST(MeanEffectsTest, BranchesWithoutTheMeanAreCountedAndKept) {
  Revision revision = Bank(0.5, 5);
  revision.means.series.erase(revision.means.series.begin());
  revision.means.series[0].values.assign(kShape.period_count, kMissing);
  const Model model = Fit(revision);
  EXPECT_THAT(model.notes, testing::Contains(HasSubstr("2 branches had none in the year")));
  EXPECT_EQ(Only(model).branch_count, 10);
}

TEST(MeanEffectsTest, TwoMeansThatAreOneShareItsEffectAsBelieved) {
  Revision revision = Bank(0.8, 9);
  std::vector<MeanSeries> rooms = revision.means.series;
  for (MeanSeries& series : rooms) series.mean = "rooms";
  revision.means.series.insert(revision.means.series.end(), rooms.begin(), rooms.end());
  revision.means.effects.push_back({"rooms", "sales", 0.1, 0.2, "belief"});
  const Model model = Fit(revision);
  ASSERT_EQ(model.mean_effects.size(), 2u);
  for (const MeanEffect& effect : model.mean_effects) EXPECT_EQ(effect.information_share, 0.0);
}

// The demo's appointments follow advisers^0.6 (sim/demo/means.h): within 4 of the fit's standard
// deviations, false alarm 6e-5; three seeds, the first under a sanitizer.
TEST(MeanEffectsTest, FindsTheDemosElasticityAgain) {
  for (const uint64_t seed : {DemoOptions{}.seed, uint64_t{1}, uint64_t{2}}) {
    const Demo demo = *MakeDemo({.size = DemoSize::kSmall, .seed = seed});
    const Model model = Fit(demo.revision);
    const MeanEffect& effect = Only(model);
    EXPECT_EQ(model.indicator_ids[effect.indicator], "appointments");
    EXPECT_NEAR(effect.beta_mean, demo.truth.mean_effects[0].beta_mean, 4 * effect.beta_sd) << seed;
    EXPECT_GT(effect.information_share, 0.5) << seed;
    RecordProperty(absl::StrCat("sd_", seed), absl::StrCat(effect.beta_sd));
    if (kSanitized) break;
  }
}

}  // namespace
}  // namespace jalon::sim
