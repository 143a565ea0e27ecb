#include "server/base/ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace jalon::server {
namespace {

using ::testing::HasSubstr;

TEST(IdsTest, AcceptsSlugs) {
  for (const char* slug : {"a", "7", "fr", "fr-2027", "a--b", "4f1c2a90b7de"}) {
    EXPECT_TRUE(IsSlug(slug)) << slug;
  }
  EXPECT_TRUE(IsSlug(std::string(63, 'a')));
}

TEST(IdsTest, RefusesWhatIsNoSlug) {
  for (const char* text : {"", "-", "-a", "a-", "Fr", "a_b", "a b", "a/b", "é", "a.b"}) {
    EXPECT_FALSE(IsSlug(text)) << text;
  }
  EXPECT_FALSE(IsSlug(std::string(64, 'a')));
  EXPECT_FALSE(IsSlug(std::string("a\0b", 3)));
}

TEST(IdsTest, MakesTwelveHexadecimalDigits) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = RandomId();
    EXPECT_EQ(id.size(), 12u);
    EXPECT_TRUE(IsSlug(id));
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
    seen.insert(id);
  }
  // False alarm once in 5e8 runs (1,000 draws of 48 bits).
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(IdsTest, DrawsDifferentBits) { EXPECT_NE(RandomBits(), RandomBits()); }

TEST(IdsTest, SplitsANameAndJoinsItAgain) {
  const absl::StatusOr<ResourceName> name = ParseResourceName("networks/fr/objectiveSets/y2027");
  ASSERT_TRUE(name.ok()) << name.status();
  EXPECT_EQ(*name, (ResourceName{"networks/fr", "objectiveSets", "y2027"}));
  EXPECT_EQ(name->ToString(), "networks/fr/objectiveSets/y2027");
}

TEST(IdsTest, GivesATopLevelNameNoParent) {
  const absl::StatusOr<ResourceName> name = ParseResourceName("networks/fr");
  ASSERT_TRUE(name.ok());
  EXPECT_EQ(*name, (ResourceName{"", "networks", "fr"}));
  EXPECT_EQ(name->ToString(), "networks/fr");
}

TEST(IdsTest, RefusesMalformedNames) {
  for (const char* name :
       {"", "networks", "networks/", "/fr", "networks/fr/runs", "networks/FR", "Networks/fr",
        "net-works/fr", "networks//runs/a", "networks/fr/", "networks/../runs/a"}) {
    EXPECT_EQ(ParseResourceName(name).status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST(IdsTest, SaysWhatIsWrongWithAName) {
  EXPECT_THAT(std::string(ParseResourceName("networks/FR").status().message()),
              HasSubstr("lower-case"));
  EXPECT_THAT(std::string(ParseResourceName("networks/fr/runs").status().message()),
              HasSubstr("collection/id pairs"));
}

TEST(IdsTest, RefusesAnEndlessName) {
  std::string name = "networks/fr";
  while (name.size() <= kMaxResourceNameBytes) name += "/runs/aaaaaaaa";
  EXPECT_EQ(ParseResourceName(name).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace jalon::server
