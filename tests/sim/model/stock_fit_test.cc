#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/missing.h"
#include "sim/base/violation.h"
#include "sim/model/fit.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr int kBranches = 24;
constexpr int kMonths = 60;

// How `members` moves: with inflows `joined`, at `rate` of its opening level and noise.
struct StockShape {
  bool declares_flows = true;
  Measure measure = Measure::kMoney;
  // Rate of a month.
  std::function<double(int t)> rate = [](int) { return 0.0; };
  double noise_share = 0.0;
  // The share is of level^power.
  double noise_power = 0.0;
  DriverTable drivers = {};
};

// Four regions of six branches; indicators 0 `joined` (an amount), 1 `members` (its stock).
NetworkSpec SpecOf(const StockShape& shape) {
  NetworkSpec spec{.id = "stocks"};
  spec.units.push_back({.id = "bank", .level = "network"});
  for (int b = 0; b < kBranches; ++b) {
    const std::string region = absl::StrCat("r", b / 6);
    if (b % 6 == 0) spec.units.push_back({.id = region, .parent = "bank", .level = "region"});
    spec.units.push_back(
        {.id = absl::StrCat("b", b / 10, b % 10), .parent = region, .level = "branch"});
  }
  spec.indicators = {
      {.id = "joined",
       .measure = shape.measure,
       .kind = shape.measure == Measure::kCount ? IndicatorKind::kCount : IndicatorKind::kAmount},
      {.id = "members",
       .measure = shape.measure,
       .kind = IndicatorKind::kStock,
       .aggregation = Aggregation::kLast}};
  if (shape.declares_flows) spec.indicators[1].inflows = {"joined"};
  return spec;
}

double Normal(uint64_t id, int t) {
  return DrawNormal(20261128,
                    {.purpose = Purpose::kSeriesNoise, .id = id, .path = static_cast<uint64_t>(t)});
}

Revision MakeRevision(const StockShape& shape) {
  Network network = Network::Create(SpecOf(shape)).value();
  std::vector<SeriesKey> keys;
  std::vector<double> joined, members;
  for (int u = 0; u < network.unit_count(); ++u) {
    if (!network.is_leaf(u)) continue;
    keys.push_back({0, u, 0});
    // From a thousand to some ten thousand.
    double level = 1000.0 * std::pow(1.08, u);
    for (int t = 0; t < kMonths; ++t) {
      const double in = 20 + (t * 7 + u) % 9;
      joined.push_back(in);
      const double noise = shape.noise_share * std::pow(level, shape.noise_power) * Normal(u, t);
      level += level * (shape.rate(t) + noise) + in;
      members.push_back(level);
    }
  }
  const size_t count = keys.size();
  for (size_t i = 0; i < count; ++i) keys.push_back({1, keys[i].unit, 0});
  joined.insert(joined.end(), members.begin(), members.end());
  Realisations realisations =
      Realisations::Create(network, Period::Month(2021, 1), std::move(keys), std::move(joined))
          .value();
  return {std::move(network), std::move(realisations), shape.drivers};
}

Model Fit(const Revision& revision) {
  absl::StatusOr<Model> model = FitModel(revision, {}, StopToken(), [](double) {});
  EXPECT_TRUE(model.ok()) << model.status();
  return *std::move(model);
}

std::vector<const ModelSeries*> StocksOf(const Model& model) {
  std::vector<const ModelSeries*> stocks;
  for (const ModelSeries& series : model.series) {
    if (series.indicator == 1) stocks.push_back(&series);
  }
  return stocks;
}
// What it returns points into the model.
std::vector<const ModelSeries*> StocksOf(Model&& model) = delete;

TEST(StockFitTest, AStockThatItsFlowsExplainHasNoNoiseOfItsOwn) {
  const Revision revision = MakeRevision({});
  const Model model = Fit(revision);
  for (const ModelSeries* stock : StocksOf(model)) {
    EXPECT_EQ(stock->law, Law::kExactStock);
    EXPECT_EQ(stock->dispersion, 0.0);
    EXPECT_EQ(stock->series_effect_sd, 0.0);
    EXPECT_EQ(stock->link, Link::kIdentity);
  }
  EXPECT_EQ(model.branch_loading[1], 0.0);
  EXPECT_EQ(model.diagnostics[1].branch_variance_share, 0.0);
  EXPECT_EQ(model.national.laws[1], (LatentLaw{model.national.laws[1].autoregression, 0, 0}));
  EXPECT_THAT(model.notes, Contains(HasSubstr("members: its flows explain every known move")));
}

TEST(StockFitTest, TellsZerosOfTheLevelNotOfWhatItsFlowsLeave) {
  const Model model = Fit(MakeRevision({}));
  EXPECT_EQ(model.diagnostics[1].zero_share, 0.0);
  EXPECT_THAT(model.notes, Not(Contains(HasSubstr("never anything but 0"))));
}

TEST(StockFitTest, OneMoveThatFlowsDoNotExplainIsAMove) {
  StockShape shape;
  shape.rate = [](int t) { return t == 30 ? 1e-6 : 0.0; };
  const Model model = Fit(MakeRevision(shape));
  for (const ModelSeries* stock : StocksOf(model)) EXPECT_EQ(stock->law, Law::kStock);
}

TEST(StockFitTest, KeepsTheLevelAtAsOf) {
  const Revision revision = MakeRevision({});
  const Model model = Fit(revision);
  for (const ModelSeries* stock : StocksOf(model)) {
    const int row = *revision.realisations.Find({1, stock->unit, 0});
    EXPECT_EQ(stock->opening_stock, revision.realisations.row(row).back());
    EXPECT_EQ(stock->unit_scale, stock->opening_stock);
  }
}

// A level is that of the rate now, in shares of the stock: attrition of 1 % a month.
TEST(StockFitTest, FindsTheAttritionAndItsNoise) {
  StockShape shape;
  shape.rate = [](int) { return -0.01; };
  shape.noise_share = 0.002;
  const Model model = Fit(MakeRevision(shape));
  double sum = 0.0, noise = 0.0;
  for (size_t i = 0; i < model.series.size(); ++i) {
    if (model.series[i].indicator != 1) continue;
    sum += model.level.mean[i] / kBranches;
    noise += model.series[i].dispersion / model.series[i].unit_scale / kBranches;
    EXPECT_EQ(model.series[i].law, Law::kStock);
  }
  // Standard error of a common level: 0.002 / sqrt(24 x 17 effective months) = 0.0001.
  EXPECT_NEAR(sum, -0.01, 0.0006);
  EXPECT_NEAR(noise, 0.002, 0.0001);
  EXPECT_THAT(ValidateModel(model).kept(), IsEmpty());
}

// Customers who leave one by one: the noise of a rate falls with the square root of the stock.
TEST(StockFitTest, FindsANoiseThatFallsWithSize) {
  StockShape shape;
  shape.noise_share = 0.05;
  shape.noise_power = -0.5;
  const Revision revision = MakeRevision(shape);
  const Model model = Fit(revision);
  double ratio = 0.0;
  for (const ModelSeries* stock : StocksOf(model)) {
    const auto levels = revision.realisations.row(*revision.realisations.Find({1, stock->unit, 0}));
    double square = 0.0;
    for (int t = 1; t < kMonths; ++t) square += 0.0025 / levels[t - 1] / (kMonths - 1);
    const double share = stock->dispersion / stock->unit_scale / std::sqrt(square);
    EXPECT_NEAR(share, 1.0, 0.3);
    ratio += share / kBranches;
  }
  EXPECT_NEAR(ratio, 1.0, 0.05);
}

TEST(StockFitTest, FindsASeasonOfTheRate) {
  StockShape shape;
  shape.rate = [](int t) { return t % 12 == 0 ? -0.03 : -0.01; };
  shape.noise_share = 0.002;
  const Model model = Fit(MakeRevision(shape));
  for (size_t g = 0; g < model.groups.size(); ++g) {
    if (model.groups[g].indicator != 1) continue;
    const double january = model.season.mean[g * 12];
    EXPECT_NEAR(january, -0.02 * 11 / 12, 0.002);
  }
}

// A driver that moves between 0 and 4: its effect on the rate is -0.002 a point.
StockShape WithDriver(double prior_mean) {
  StockShape shape;
  shape.noise_share = 0.002;
  const auto at = [](int t) { return 2.0 + 2.0 * std::cos(t * 0.7); };
  shape.rate = [at](int t) { return -0.002 * at(t); };
  Driver unrest{.id = "unrest", .first = Period::Month(2021, 1)};
  for (int t = 0; t < kMonths; ++t) unrest.values.push_back(at(t));
  shape.drivers.drivers = {unrest};
  shape.drivers.priors = {{.driver = "unrest",
                           .indicator = "members",
                           .mean = prior_mean,
                           .sd = 0.003,
                           .source = "test"}};
  return shape;
}

TEST(StockFitTest, FindsWhatADriverDoesToTheRate) {
  const Model model = Fit(MakeRevision(WithDriver(0.0)));
  ASSERT_EQ(model.elasticities.size(), 1);
  EXPECT_NEAR(model.elasticity.mean[0], -0.002, 0.0003);
  EXPECT_GT(model.elasticities[0].information_share, 0.5);
}

TEST(StockFitTest, AnExactStockIgnoresBeliefsAboutIt) {
  StockShape shape = WithDriver(-0.002);
  shape.rate = [](int) { return 0.0; };
  shape.noise_share = 0.0;
  const Model model = Fit(MakeRevision(shape));
  EXPECT_EQ(model.elasticity.mean[0], 0.0);
  EXPECT_THAT(model.notes, Contains(HasSubstr("believe it of its flows")));
}

TEST(StockFitTest, AStockWithoutFlowsIsItsNetVariationAndSaysSo) {
  StockShape shape;
  shape.declares_flows = false;
  shape.noise_share = 0.002;
  const Model model = Fit(MakeRevision(shape));
  EXPECT_THAT(model.notes, Contains(HasSubstr("members: observed without inflows and outflows")));
  for (const ModelSeries* stock : StocksOf(model)) EXPECT_EQ(stock->law, Law::kStock);
  for (size_t i = 0; i < model.series.size(); ++i) {
    if (model.series[i].indicator != 1) continue;
    EXPECT_GT(model.level.mean[i], 0.002);
  }
}

// A stock of one branch, told in thousands, changes no rate and scales every amount.
TEST(StockFitTest, AUnitOfMoneyChangesNoRate) {
  StockShape shape;
  shape.rate = [](int t) { return -0.01 - 0.002 * (t % 3); };
  shape.noise_share = 0.002;
  const Revision revision = MakeRevision(shape);
  std::vector<double> values;
  for (int i = 0; i < revision.realisations.series_count(); ++i) {
    for (const double value : revision.realisations.row(i)) values.push_back(1024 * value);
  }
  Revision scaled = revision;
  scaled.realisations = Realisations::Create(revision.network, revision.realisations.first(),
                                             revision.realisations.keys(), std::move(values))
                            .value();
  const Model a = Fit(revision), b = Fit(scaled);
  for (size_t i = 0; i < a.series.size(); ++i) {
    if (a.series[i].indicator != 1) continue;
    EXPECT_NEAR(a.level.mean[i], b.level.mean[i], 1e-12);
    EXPECT_NEAR(1024 * a.series[i].dispersion, b.series[i].dispersion, 1e-6);
  }
}

TEST(StockFitTest, AFlowThatIsMissingLeavesTheMoveOut) {
  StockShape shape;
  const Revision revision = MakeRevision(shape);
  std::vector<double> values;
  for (int i = 0; i < revision.realisations.series_count(); ++i) {
    const auto row = revision.realisations.row(i);
    values.insert(values.end(), row.begin(), row.end());
  }
  for (int t = 20; t < 30; ++t) values[t] = kMissing;
  Revision holes = revision;
  holes.realisations = Realisations::Create(revision.network, revision.realisations.first(),
                                            revision.realisations.keys(), std::move(values))
                           .value();
  const Model model = Fit(holes);
  for (const ModelSeries* stock : StocksOf(model)) EXPECT_EQ(stock->law, Law::kExactStock);
}

}  // namespace
}  // namespace jalon::sim
