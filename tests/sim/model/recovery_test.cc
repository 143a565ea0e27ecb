// The fit finds the truth of the generated network again: 30,000 series, 60 months, fixed seed.
// Tolerances are declared in units of the fit's own uncertainty where it states one, else as the
// share that a head office would not notice.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "sim/demo/demo.h"
#include "sim/model/fit.h"

namespace jalon::sim {
namespace {

constexpr int kMonths = 12;

class RecoveryTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    demo_ = std::make_unique<Demo>(MakeDemo({}).value());
    absl::StatusOr<Model> model = FitModel(demo_->revision, {}, StopToken(), [](double) {});
    ASSERT_TRUE(model.ok()) << model.status();
    model_ = std::make_unique<Model>(*std::move(model));
  }
  static void TearDownTestSuite() {
    demo_.reset();
    model_.reset();
  }

  static const Model& truth() { return demo_->truth; }
  static const Model& model() { return *model_; }
  static int indicator_count() { return static_cast<int>(truth().indicator_ids.size()); }
  static bool IsNetFlow(int k) {
    return demo_->revision.network.indicator(k).kind == IndicatorKind::kNetFlow;
  }

  static bool IsStock(int k) {
    return demo_->revision.network.indicator(k).kind == IndicatorKind::kStock;
  }
  // Indicators with terms of their own: not ratios, derived indicators or stocks that their flows
  // explain.
  static std::vector<int> Fitted() {
    std::vector<int> fitted;
    for (int k = 0; k < indicator_count(); ++k) {
      const auto [first, end] = demo_->revision.realisations.IndicatorRows(k);
      if (first < end && truth().series[first].law != Law::kExactStock) fitted.push_back(k);
    }
    return fitted;
  }
  // What the catalogue's sizes are shares of, in eta: attrition of a month for stocks.
  static double Unit(int k) { return IsStock(k) ? 0.0034 : 1.0; }

  static double ElasticityVariance(int e) {
    double variance = model().elasticity.own_variance[e];
    for (int j = 0; j < model().elasticity.rank; ++j) {
      const double loading = model().elasticity.shared_factor[e * model().elasticity.rank + j];
      variance += loading * loading;
    }
    return variance;
  }

  // Mean over the running series of an indicator.
  template <typename Fn>
  static double MeanOver(int k, Fn value) {
    double sum = 0.0;
    int count = 0;
    for (size_t i = 0; i < model().series.size(); ++i) {
      if (model().series[i].indicator != k || model().series[i].ended) continue;
      sum += value(i);
      ++count;
    }
    return sum / count;
  }

  static std::unique_ptr<Demo> demo_;
  static std::unique_ptr<Model> model_;
};

std::unique_ptr<Demo> RecoveryTest::demo_;
std::unique_ptr<Model> RecoveryTest::model_;

TEST_F(RecoveryTest, FindsTheSeasonsWithinAFewPercent) {
  for (const int k : Fitted()) {
    double squares = 0.0;
    int count = 0;
    for (size_t g = 0; g < model().groups.size(); ++g) {
      if (model().groups[g].indicator != k) continue;
      for (int m = 0; m < kMonths; ++m, ++count) {
        const double error =
            model().season.mean[g * kMonths + m] - truth().season.mean[g * kMonths + m];
        squares += error * error;
      }
    }
    EXPECT_LT(std::sqrt(squares / count), Unit(k) * (IsNetFlow(k) ? 0.10 : 0.04))
        << model().indicator_ids[k];
  }
}

TEST_F(RecoveryTest, KnowsHowFarItsLevelsAreFromTheTruth) {
  for (const int k : Fitted()) {
    const double z_squared = MeanOver(k, [](size_t i) {
      // A rate is one whatever its stock is counted in.
      const bool is_rate = model().series[i].law == Law::kStock;
      const double unit =
          is_rate ? 1.0 : truth().series[i].unit_scale / model().series[i].unit_scale;
      const double error = model().level.mean[i] - unit * truth().level.mean[i];
      return error * error / model().level.own_variance[i];
    });
    EXPECT_GT(z_squared, 0.5) << model().indicator_ids[k];
    EXPECT_LT(z_squared, 1.5) << model().indicator_ids[k];
  }
}

TEST_F(RecoveryTest, FindsTheSignOfEveryElasticity) {
  for (size_t e = 0; e < model().elasticities.size(); ++e) {
    EXPECT_GT(model().elasticity.mean[e] * truth().elasticity.mean[e], 0.0)
        << model().elasticities[e].prior.driver << model().elasticities[e].prior.indicator;
  }
}

// Ten normal elasticities stay within 3.3 deviations all together 99 times in 100.
TEST_F(RecoveryTest, CoversEveryElasticityByItsOwnUncertainty) {
  ASSERT_EQ(model().elasticities.size(), truth().elasticities.size());
  for (size_t e = 0; e < model().elasticities.size(); ++e) {
    const double sd = std::sqrt(ElasticityVariance(e));
    EXPECT_NEAR(model().elasticity.mean[e], truth().elasticity.mean[e], 3.3 * sd)
        << model().elasticities[e].prior.driver << model().elasticities[e].prior.indicator;
  }
}

TEST_F(RecoveryTest, LearnsFromTheHistoryAndSaysHowMuch) {
  for (size_t e = 0; e < model().elasticities.size(); ++e) {
    const Elasticity& elasticity = model().elasticities[e];
    const double left = ElasticityVariance(e) / (elasticity.prior.sd * elasticity.prior.sd);
    EXPECT_LT(left, 1.0);
    EXPECT_NEAR(elasticity.information_share, 1.0 - left, 1e-9);
  }
}

TEST_F(RecoveryTest, FindsTheNoiseOfCellsWithinFivePercent) {
  for (const int k : Fitted()) {
    const double fitted = MeanOver(k, [](size_t i) { return model().series[i].dispersion; });
    const double true_mean = MeanOver(k, [](size_t i) { return truth().series[i].dispersion; });
    // The noise of a stock is told at its size now: one that grew by a tenth looks noisier.
    EXPECT_NEAR(fitted / true_mean, 1.0, IsStock(k) ? 0.12 : 0.05) << model().indicator_ids[k];
  }
}

TEST_F(RecoveryTest, FindsTheLawsOfCells) {
  for (size_t i = 0; i < model().series.size(); ++i) {
    ASSERT_EQ(model().series[i].law, truth().series[i].law) << i;
  }
}

// A compound shape of 3 is told by its zeros; Student degrees only roughly.
TEST_F(RecoveryTest, FindsTheShapeOfSizesFromZeros) {
  for (size_t i = 0; i < model().series.size(); ++i) {
    if (truth().series[i].law != Law::kCompoundGamma) continue;
    ASSERT_NEAR(model().series[i].shape, truth().series[i].shape, 0.6);
  }
}

// Four changes of year say little of a variance: the prior's size is kept within a factor of 2.5.
TEST_F(RecoveryTest, FindsTheSizeOfPersistentShocks) {
  for (const int k : Fitted()) {
    if (IsStock(k)) continue;
    const double ratio =
        model().national.laws[k].persistent_sd / truth().national.laws[k].persistent_sd;
    EXPECT_GT(ratio, 0.4) << model().indicator_ids[k];
    EXPECT_LT(ratio, 2.5) << model().indicator_ids[k];
  }
}

// 1,500 branches say much of a branch's own part.
TEST_F(RecoveryTest, FindsWhatPersistsInBranchesAndSeries) {
  for (const int k : Fitted()) {
    if (IsNetFlow(k) || IsStock(k)) continue;
    const auto own_sd = [k](const Model& from, double series_sd) {
      return std::sqrt(from.branch_loading[k] * from.branch_loading[k] + series_sd * series_sd);
    };
    const double fitted =
        own_sd(model(), MeanOver(k, [](size_t i) { return model().series[i].series_effect_sd; }));
    const double expected =
        own_sd(truth(), MeanOver(k, [](size_t i) { return truth().series[i].series_effect_sd; }));
    EXPECT_NEAR(fitted / expected, 1.0, 0.3) << model().indicator_ids[k];
    EXPECT_NEAR(model().branch_loading[k] / truth().branch_loading[k], 1.0, 0.35)
        << model().indicator_ids[k];
  }
}

}  // namespace
}  // namespace jalon::sim
