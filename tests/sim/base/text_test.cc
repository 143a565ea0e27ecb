#include "sim/base/text.h"

#include <string>

#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

TEST(TextTest, TakesIdsOfSixtyFourPlainCharacters) {
  EXPECT_TRUE(IsId("Agence_12.b-3"));
  EXPECT_TRUE(IsId(std::string(64, 'a')));
  EXPECT_FALSE(IsId(std::string(65, 'a')));
  EXPECT_FALSE(IsId(""));
  EXPECT_FALSE(IsId("a b"));
  EXPECT_FALSE(IsId("a/b"));
  EXPECT_FALSE(
      IsId("a\x1f"
           "b"));
  EXPECT_FALSE(IsId("caf\xc3\xa9"));
}

TEST(TextTest, TakesLowerCaseSlugsThatStartAndEndPlainly) {
  EXPECT_TRUE(IsSlug("demo-2026"));
  EXPECT_FALSE(IsSlug("-demo"));
  EXPECT_FALSE(IsSlug("demo-"));
  EXPECT_FALSE(IsSlug("Demo"));
  EXPECT_FALSE(IsSlug("de_mo"));
  EXPECT_FALSE(IsSlug(""));
}

TEST(TextTest, CountsCharactersOfEveryLength) {
  EXPECT_EQ(CountCharacters(""), 0);
  EXPECT_EQ(CountCharacters("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8f\xa6"), 4);
}

TEST(TextTest, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(CountCharacters("\x80"), -1);              // continuation first
  EXPECT_EQ(CountCharacters("a\xc3"), -1);             // cut
  EXPECT_EQ(CountCharacters("\xc3("), -1);             // no continuation
  EXPECT_EQ(CountCharacters("\xc0\xaf"), -1);          // overlong in two
  EXPECT_EQ(CountCharacters("\xe0\x80\xaf"), -1);      // overlong in three
  EXPECT_EQ(CountCharacters("\xf0\x80\x80\xaf"), -1);  // overlong in four
  EXPECT_EQ(CountCharacters("\xed\xa0\x80"), -1);      // surrogate
  EXPECT_EQ(CountCharacters("\xf4\x90\x80\x80"), -1);  // above U+10FFFF
}

TEST(TextTest, FindsControlCharacters) {
  EXPECT_TRUE(HasControlCharacter("a\nb"));
  EXPECT_TRUE(HasControlCharacter("\x7f"));
  EXPECT_TRUE(HasControlCharacter("\xc2\x9f"));
  EXPECT_FALSE(HasControlCharacter("\xc2\xa0"));  // a no-break space is fine
  EXPECT_FALSE(HasControlCharacter("plain"));
}

TEST(TextTest, ShowsUnprintableBytesEscaped) {
  EXPECT_EQ(Printable("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(Printable("a\tb\xff"), "a\\x09b\\xff");
}

TEST(TextTest, SaysWhyAnIdIsRefused) {
  EXPECT_FALSE(IdProblem("ok", "id"));
  EXPECT_EQ(IdProblem("", "units[0].id")->reason, "EMPTY_ID");
  EXPECT_EQ(IdProblem("a b", "units[0].id")->reason, "BAD_ID");
  EXPECT_EQ(IdProblem("a b", "units[0].id")->field, "units[0].id");
  EXPECT_EQ(SlugProblem("A", "id")->reason, "BAD_SLUG");
}

TEST(TextTest, SaysWhyALabelIsRefused) {
  EXPECT_FALSE(LabelProblem("", "label"));
  EXPECT_FALSE(LabelProblem(std::string(200, 'x'), "label"));
  EXPECT_EQ(LabelProblem(std::string(2000, 'x'), "label")->reason, "TOO_LONG");
  EXPECT_EQ(LabelProblem("\x01", "label")->reason, "CONTROL_CHARACTER");
  EXPECT_EQ(LabelProblem("\xff", "label")->reason, "NOT_UTF8");
}

}  // namespace
}  // namespace jalon::sim
