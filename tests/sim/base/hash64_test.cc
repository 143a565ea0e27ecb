#include "sim/base/hash64.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

// Known answers come from a separate Python implementation of the header's specification.
TEST(Hash64Test, GivesTheKnownAnswers) {
  EXPECT_EQ(Hash64(""), 0xefd01f60ba992926u);
  EXPECT_EQ(Hash64("a"), 0x82a2a958a9bece5bu);
  EXPECT_EQ(Hash64("jalon"), 0xd439044ae8331554u);
}

TEST(Hash64Test, ReadsBytesAsUnsigned) {
  EXPECT_EQ(Hash64("Crédit élevé"), 0xa0523e5334bf10e0u);
  EXPECT_EQ(Hash64(absl::string_view("\0\xff", 2)), 0xacb64f88d28b68b8u);
}

TEST(Hash64Test, SeriesIdIsTheHashOfTheJoinedNames) {
  EXPECT_EQ(SeriesId64("B0001", "part", "credits"), 0x56994652a4e1c40du);
  EXPECT_EQ(SeriesId64("B0001", "part", "credits"), Hash64("B0001\x1fpart\x1f"
                                                           "credits"));
}

TEST(Hash64Test, SeriesIdSeparatesItsParts) {
  EXPECT_NE(SeriesId64("ab", "c", "d"), SeriesId64("a", "bc", "d"));
  EXPECT_NE(SeriesId64("a", "", "d"), SeriesId64("a", "d", ""));
}

TEST(Hash64Test, SeriesOfALargeNetworkDoNotCollide) {
  std::set<uint64_t> ids;
  for (int unit = 0; unit < 5000; ++unit) {
    for (int indicator = 0; indicator < 12; ++indicator) {
      ids.insert(SeriesId64(absl::StrCat("B", unit), "all", absl::StrCat("i", indicator)));
    }
  }
  EXPECT_EQ(ids.size(), 60'000u);
}

}  // namespace
}  // namespace jalon::sim
