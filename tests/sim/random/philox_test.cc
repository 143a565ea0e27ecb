#include "sim/random/philox.h"

#include <Random123/philox.h>

#include <random>

#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

// Known answers published with Random123 (philox4x32, 10 rounds).
static_assert(Philox4x32({0, 0, 0, 0}, {0, 0}) ==
              PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});

TEST(PhiloxTest, GivesThePublishedAnswers) {
  EXPECT_EQ(Philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(PhiloxTest, AgreesWithRandom123) {
  std::mt19937 generator(5);
  for (int i = 0; i < 100'000; ++i) {
    PhiloxCounter counter;
    PhiloxKey key;
    for (uint32_t& word : counter) word = generator();
    for (uint32_t& word : key) word = generator();
    const r123::Philox4x32::ctr_type expected =
        r123::Philox4x32()({{counter[0], counter[1], counter[2], counter[3]}}, {{key[0], key[1]}});
    const PhiloxCounter found = Philox4x32(counter, key);
    for (int word = 0; word < 4; ++word) ASSERT_EQ(found[word], expected[word]);
  }
}

}  // namespace
}  // namespace jalon::sim
