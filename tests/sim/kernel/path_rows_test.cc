#include "sim/kernel/path_rows.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/math.h"
#include "sim/random/stream.h"
#include "tests/sim/kernel/every_isa.h"

namespace jalon::sim {
namespace {

using PathRowsTest = EveryIsaTest;
INSTANTIATE_TEST_SUITE_P(Isa, PathRowsTest, ::testing::ValuesIn(KernelIsas()), NameOfIsa);

uint64_t BitsOf(double x) { return std::bit_cast<uint64_t>(x); }

std::vector<PathRow> RowsOf(const std::vector<double>& numbers) {
  std::vector<PathRow> rows((numbers.size() + kLanes - 1) / kLanes, PathRow{});
  for (size_t i = 0; i < numbers.size(); ++i) rows[i / kLanes].x[i % kLanes] = numbers[i];
  return rows;
}

TEST_P(PathRowsTest, ExponentialsHaveTheBitsOfTheScalarOne) {
  std::mt19937_64 generator(3);
  std::uniform_real_distribution<double> wide(-800.0, 760.0);
  std::uniform_real_distribution<double> usual(-8.0, 12.0);
  std::vector<double> numbers = {0.0,    -0.0,   1.0,          700.0,   -700.0,  700.1,
                                 -700.1, 709.9,  710.0,        -745.2,  -760.0,  1e-300,
                                 1e300,  -1e300, std::nan(""), 0x1p-54, -0x1p-54};
  numbers.push_back(std::numeric_limits<double>::infinity());
  numbers.push_back(-std::numeric_limits<double>::infinity());
  for (int i = 0; i < 100'000; ++i) {
    numbers.push_back(wide(generator));
    for (int k = 0; k < 3; ++k) numbers.push_back(usual(generator));
  }
  std::vector<PathRow> rows = RowsOf(numbers);
  ExpRows(absl::MakeSpan(rows));
  for (size_t i = 0; i < numbers.size(); ++i) {
    ASSERT_EQ(BitsOf(rows[i / kLanes].x[i % kLanes]), BitsOf(Exp(numbers[i]))) << numbers[i];
  }
}

TEST_P(PathRowsTest, NoRowsHaveNoExponentials) { ExpRows({}); }

TEST_P(PathRowsTest, WordsAreThoseOfThePathsOneByOne) {
  for (uint64_t seed : {uint64_t{1}, uint64_t{0xfedcba9876543210}}) {
    for (uint64_t path : {uint64_t{0}, uint64_t{48}, kMaxPath - 15}) {
      StreamKey key{.purpose = Purpose::kSeriesNoise,
                    .id = 0x123456789abcdef0,
                    .path = path,
                    .period = Period::Month(2026, 7),
                    .draw = 1};
      const std::array<PathWords, 4> words = PhiloxRows(
          CounterOf(key), {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
      for (int lane = 0; lane < kLanes; ++lane, ++key.path) {
        const std::array<uint32_t, 4> expected = DrawBlockBits(seed, key);
        for (int j = 0; j < 4; ++j) EXPECT_EQ(words[j].x[lane], expected[j]);
      }
    }
  }
}

TEST_P(PathRowsTest, NormalsHaveTheBitsOfTheScalarOneInTheMiddleAndTheTails) {
  std::mt19937 generator(4);
  for (int i = 0; i < 20'000; ++i) {
    PathWords words;
    for (uint32_t& word : words.x) word = generator() >> (i % 3 == 0 ? i % 29 : 0);
    words.x[0] = i;
    words.x[7] = ~static_cast<uint32_t>(i);
    words.x[15] = static_cast<uint32_t>(0.075 * 0x1p32) + i - 10'000;
    const PathRow normals = NormalRow(words);
    for (int lane = 0; lane < kLanes; ++lane) {
      const double expected = NormalInverseCdf(UniformFrom(words.x[lane]));
      ASSERT_EQ(BitsOf(normals.x[lane]), BitsOf(expected)) << words.x[lane];
    }
  }
}

TEST_P(PathRowsTest, WholeNumbersAreThoseOfTheScalarFloor) {
  std::mt19937 generator(5);
  std::uniform_real_distribution<double> any(-1e6, 1e6);
  for (int i = 0; i < 10'000; ++i) {
    PathWords words;
    PathRow row;
    for (int lane = 0; lane < kLanes; ++lane) {
      words.x[lane] = generator();
      row.x[lane] = lane % 4 == 0 ? std::floor(any(generator)) : any(generator);
    }
    words.x[1] = 0xffffffffu;
    words.x[2] = 0;
    row.x[3] = std::nan("");
    row.x[4] = 1e300;
    const PathRow before = row;
    WholeRow(words, row);
    for (int lane = 0; lane < kLanes; ++lane) {
      const double expected = std::floor(before.x[lane] + UniformFrom(words.x[lane]));
      if (lane == 3) {
        EXPECT_TRUE(std::isnan(row.x[lane]));
      } else {
        ASSERT_EQ(BitsOf(row.x[lane]), BitsOf(expected)) << before.x[lane];
      }
    }
  }
}

}  // namespace
}  // namespace jalon::sim
