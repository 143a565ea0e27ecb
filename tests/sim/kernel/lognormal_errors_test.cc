// What the kernel refuses, and that it stops when told.
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/engine/executor.h"
#include "sim/kernel/lognormal.h"
#include "tests/sim/kernel/lognormal_twin.h"

namespace jalon::sim {
namespace {

using ::testing::HasSubstr;

absl::Status StatusOf(const LognormalNetwork& network, const FactorPaths& factors,
                      const LognormalOptions& options) {
  InlineExecutor executor;
  return SimulateLognormal(network, factors, options, executor).status();
}

// The message for a network that `spoil` made wrong.
std::string Refusal(const std::function<void(LognormalNetwork&)>& spoil) {
  TwinCase twin = MakeTwinCase({.tiles = {3, 2}});
  spoil(twin.network);
  const absl::Status status = StatusOf(twin.network, twin.factors, {});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

TEST(LognormalErrorsTest, RefusesSizesThatDisagree) {
  EXPECT_THAT(Refusal([](auto& n) { n.sigma.pop_back(); }), HasSubstr("sigma has 4 values"));
  EXPECT_THAT(Refusal([](auto& n) { n.base.pop_back(); }), HasSubstr("base has 59 values"));
  EXPECT_THAT(Refusal([](auto& n) { n.tile_total.pop_back(); }), HasSubstr("tile_begin has 3"));
  EXPECT_THAT(Refusal([](auto& n) { n.factors = 4; }), HasSubstr("other periods or factors"));
}

TEST(LognormalErrorsTest, NamesEveryArrayThatIsWrong) {
  const std::string message = Refusal([](auto& n) {
    n.sigma[1] = -1.0f;
    n.constant[2] = std::numeric_limits<float>::infinity();
    n.threshold[0] = std::numeric_limits<double>::quiet_NaN();
  });
  EXPECT_THAT(message, HasSubstr("sigma[1] = -1"));
  EXPECT_THAT(message, HasSubstr("constant[2] = inf"));
  EXPECT_THAT(message, HasSubstr("threshold[0] = nan"));
}

TEST(LognormalErrorsTest, RefusesWhatIsNotANumber) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(Refusal([&](auto& n) { n.base[7] = nan; }), HasSubstr("base[7] = nan"));
  EXPECT_THAT(Refusal([&](auto& n) { n.loading[3] = nan; }), HasSubstr("loading[3] = nan"));
  TwinCase twin = MakeTwinCase({.tiles = {3}});
  twin.factors.Set(5, 2, 1, nan);
  EXPECT_THAT(std::string(StatusOf(twin.network, twin.factors, {}).message()),
              HasSubstr("a factor is not finite"));
}

TEST(LognormalErrorsTest, RefusesWindowsThatAreTooLong) {
  TwinCase twin = MakeTwinCase({.tiles = {1}, .periods = 61});
  EXPECT_THAT(std::string(StatusOf(twin.network, twin.factors, {}).message()),
              HasSubstr("1 to 60 periods"));
}

TEST(LognormalErrorsTest, RefusesTilesThatAreNotARun) {
  EXPECT_THAT(Refusal([](auto& n) { n.tile_begin[1] = 0; }), HasSubstr("tile_begin does not"));
  EXPECT_THAT(Refusal([](auto& n) { n.tile_begin.back() = 4; }), HasSubstr("tile_begin does not"));
  EXPECT_THAT(Refusal([](auto& n) { n.tile_total[0] = 2; }), HasSubstr("tile_total[0] = 2"));
}

TEST(LognormalErrorsTest, RefusesLevelsOutsideZeroToOne) {
  const TwinCase twin = MakeTwinCase({.tiles = {1}});
  EXPECT_THAT(
      std::string(StatusOf(twin.network, twin.factors, {.quantile_levels = {0.5, 1.5}}).message()),
      HasSubstr("quantile_levels[1] = 1.5"));
}

TEST(LognormalErrorsTest, StopsWhenTold) {
  const TwinCase twin = MakeTwinCase({.tiles = {3}});
  const std::atomic<bool> stop = true;
  EXPECT_EQ(StatusOf(twin.network, twin.factors, {.stop = StopToken(&stop)}).code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace jalon::sim
