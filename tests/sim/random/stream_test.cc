#include "sim/random/stream.h"

#include <cmath>
#include <map>
#include <random>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "sim/base/hash64.h"
#include "sim/base/math.h"

namespace jalon::sim {
namespace {

constexpr Purpose kPurposes[] = {
    Purpose::kSeriesNoise,    Purpose::kBranchEffect,   Purpose::kSeriesEffect,
    Purpose::kNationalFactor, Purpose::kRegionalFactor, Purpose::kParameter,
    Purpose::kEvent,          Purpose::kDriver,         Purpose::kScenario,
    Purpose::kGenerator,      Purpose::kResampling};

StreamKey Key(Purpose purpose) {
  return {.purpose = purpose,
          .id = SeriesId64("B0001", "all", "credits"),
          .path = 0x1234567890,
          .period = Period::Month(2027, 3),
          .draw = 5};
}

class RandomKeys {
 public:
  // Extreme values are as likely as ordinary ones, so that field borders are met.
  StreamKey Next() {
    return {.purpose = kPurposes[Below(std::size(kPurposes))],
            .id = Pick(~uint64_t{0}),
            .path = Pick(kMaxPath),
            .period = {Frequency::kMonth, static_cast<int32_t>(Pick(kMaxPeriodIndex))},
            .draw = static_cast<int>(Pick(kMaxDraw))};
  }

 private:
  uint64_t Below(uint64_t bound) { return generator_() % bound; }
  uint64_t Pick(uint64_t max) {
    switch (Below(4)) {
      case 0:
        return Below(4);
      case 1:
        return max - Below(4);
      default:
        return max == ~uint64_t{0} ? generator_() : Below(max + 1);
    }
  }

  std::mt19937_64 generator_{7};
};

// Known answers come from a separate Python implementation of the layout and of Philox.
TEST(StreamTest, KnownAnswersOfEveryPurposeNeverChange) {
  const std::map<Purpose, uint32_t> expected = {
      {Purpose::kSeriesNoise, 0x66ecab26u},    {Purpose::kBranchEffect, 0x040a92afu},
      {Purpose::kSeriesEffect, 0x045b2c14u},   {Purpose::kNationalFactor, 0xba428ea3u},
      {Purpose::kRegionalFactor, 0x509c47aau}, {Purpose::kParameter, 0xea1e23f7u},
      {Purpose::kEvent, 0xb7b723e6u},          {Purpose::kDriver, 0xd1b0f959u},
      {Purpose::kScenario, 0x98f5c904u},       {Purpose::kGenerator, 0xe82ee320u},
      {Purpose::kResampling, 0xab9a8b44u}};
  for (const Purpose purpose : kPurposes) {
    EXPECT_EQ(DrawBits(0x0123456789abcdef, Key(purpose)), expected.at(purpose))
        << static_cast<uint32_t>(purpose);
  }
}

TEST(StreamTest, CounterHoldsTheFieldsWhereTheHeaderSays) {
  const StreamKey key{.purpose = Purpose::kDriver,
                      .id = 0xfedcba9876543210,
                      .path = 0xab12345678,
                      .period = {Frequency::kMonth, 4 * 0x155 + 3},
                      .draw = 0x2aa};
  EXPECT_EQ(CounterOf(key),
            (PhiloxCounter{0x12345678, 0x7u << 28 | 0x155u << 18 | 0x2aau << 8 | 0xab, 0x76543210,
                           0xfedcba98}));
}

// Reads a counter back: the layout has no overlap when every key comes back whole.
TEST(StreamTest, EveryKeyComesBackFromItsCounterAndWord) {
  RandomKeys keys;
  for (int i = 0; i < 200'000; ++i) {
    const StreamKey key = keys.Next();
    ASSERT_TRUE(FitsLayout(key));
    const PhiloxCounter c = CounterOf(key);
    const uint64_t path = static_cast<uint64_t>(c[1] & 0xff) << 32 | c[0];
    const uint64_t id = static_cast<uint64_t>(c[3]) << 32 | c[2];
    ASSERT_EQ(c[1] >> 28, static_cast<uint32_t>(key.purpose));
    ASSERT_EQ(path, key.path);
    ASSERT_EQ(id, key.id);
    ASSERT_EQ(static_cast<int>(c[1] >> 8 & 0x3ff), key.draw);
    ASSERT_EQ(static_cast<int32_t>(c[1] >> 18 & 0x3ff), key.period.index / 4);
  }
}

TEST(StreamTest, RefusesKeysThatDoNotFit) {
  StreamKey key = Key(Purpose::kEvent);
  key.path = kMaxPath + 1;
  EXPECT_FALSE(FitsLayout(key));
  key = Key(Purpose::kEvent);
  key.draw = kMaxDraw + 1;
  EXPECT_FALSE(FitsLayout(key));
  key.draw = -1;
  EXPECT_FALSE(FitsLayout(key));
  key = Key(Purpose::kEvent);
  key.period.index = kMaxPeriodIndex + 1;
  EXPECT_FALSE(FitsLayout(key));
  key.period.index = -1;
  EXPECT_FALSE(FitsLayout(key));
}

TEST(StreamTest, BlockGivesTheSingleDrawsOfItsFourPeriods) {
  RandomKeys keys;
  for (int i = 0; i < 10'000; ++i) {
    StreamKey key = keys.Next();
    const uint64_t seed = 1000 + i;
    const std::array<uint32_t, 4> bits = DrawBlockBits(seed, key);
    const std::array<double, 4> uniforms = DrawBlockUniforms(seed, key);
    const std::array<double, 4> normals = DrawBlockNormals(seed, key);
    const int32_t first = key.period.index / 4 * 4;
    for (int j = 0; j < 4; ++j) {
      key.period.index = first + j;
      ASSERT_EQ(bits[j], DrawBits(seed, key));
      ASSERT_EQ(uniforms[j], DrawUniform(seed, key));
      ASSERT_EQ(normals[j], DrawNormal(seed, key));
    }
  }
}

TEST(StreamTest, UniformsAreCellMiddlesInsideTheUnitInterval) {
  EXPECT_EQ(UniformFrom(0), 0x1p-33);
  EXPECT_EQ(UniformFrom(0xffffffff), 1.0 - 0x1p-33);
  EXPECT_EQ(UniformFrom(0x7fffffff) + UniformFrom(0x80000000), 1.0);
}

TEST(StreamTest, SeedChangesTheDraws) {
  const StreamKey key = Key(Purpose::kSeriesNoise);
  EXPECT_NE(DrawBits(1, key), DrawBits(2, key));
  EXPECT_NE(DrawBits(1, key), DrawBits(uint64_t{1} << 32, key));
}

// Chi-square over 256 cells of `draws`, as a standard normal deviate.
double ChiSquareDeviate(const std::vector<uint32_t>& draws) {
  std::vector<double> counts(256);
  for (const uint32_t bits : draws) ++counts[bits >> 24];
  const double expected = static_cast<double>(draws.size()) / 256;
  double sum = 0.0;
  for (const double count : counts) sum += (count - expected) * (count - expected) / expected;
  return (sum - 255) / std::sqrt(2.0 * 255);
}

// Streams along each axis of a key, everything else fixed.
std::vector<std::vector<uint32_t>> StreamsAlongEachAxis(int count) {
  std::vector<std::vector<uint32_t>> streams(4);
  for (int i = 0; i < count; ++i) {
    StreamKey key = Key(Purpose::kSeriesNoise);
    key.path = i;
    streams[0].push_back(DrawBits(42, key));
    key = Key(Purpose::kSeriesNoise);
    key.id += i;
    streams[1].push_back(DrawBits(42, key));
    key = Key(Purpose::kSeriesNoise);
    key.period.index = i % 4096;
    key.draw = i / 4096;
    streams[2].push_back(DrawBits(42, key));
    streams[3].push_back(DrawBits(42 + i, Key(Purpose::kSeriesNoise)));
  }
  return streams;
}

// Four tests at 4.5 deviates: fixed seeds, and a false alarm of 1e-4 for a new layout.
TEST(StreamTest, DrawsAreUniformAlongEveryAxis) {
  for (const std::vector<uint32_t>& stream : StreamsAlongEachAxis(100'000)) {
    EXPECT_LT(std::abs(ChiSquareDeviate(stream)), 4.5);
  }
}

// Lag-one correlation and two moments: twelve tests at 4.5 deviates, false alarm 1e-4.
TEST(StreamTest, NormalsHaveUnitMomentsAndNoSerialCorrelation) {
  for (const std::vector<uint32_t>& stream : StreamsAlongEachAxis(100'000)) {
    const double n = static_cast<double>(stream.size());
    double sum = 0.0, squares = 0.0, products = 0.0, last = 0.0;
    for (const uint32_t bits : stream) {
      const double z = NormalInverseCdf(UniformFrom(bits));
      sum += z;
      squares += z * z;
      products += z * last;
      last = z;
    }
    EXPECT_LT(std::abs(sum / std::sqrt(n)), 4.5);
    EXPECT_LT(std::abs((squares - n) / std::sqrt(2 * n)), 4.5);
    EXPECT_LT(std::abs(products / std::sqrt(n)), 4.5);
  }
}

}  // namespace
}  // namespace jalon::sim
