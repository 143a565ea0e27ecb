#include "server/ingest/text_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jalon::server {
namespace {

using Captures = std::vector<std::string>;

std::optional<Captures> Match(absl::string_view pattern, absl::string_view heading) {
  const absl::StatusOr<HeadingPattern> parsed = HeadingPattern::Parse(pattern);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? parsed->Match(heading) : std::nullopt;
}

TEST(TextTemplateTest, SplitsLiteralsAndColumns) {
  const absl::StatusOr<TextTemplate> parsed = TextTemplate::Parse("FR-{Code agence}/{#2}");
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed->parts().size(), 4u);
  EXPECT_EQ(parsed->parts()[1].text, "Code agence");
  EXPECT_TRUE(parsed->parts()[1].is_reference);
  EXPECT_EQ(parsed->parts()[2].text, "/");
  EXPECT_FALSE(parsed->is_constant());
}

TEST(TextTemplateTest, ADoubledBraceIsABrace) {
  const absl::StatusOr<TextTemplate> parsed = TextTemplate::Parse("{{x}");
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(parsed->is_constant());
  EXPECT_EQ(parsed->parts()[0].text, "{x}");
}

TEST(TextTemplateTest, SpellsItselfSoThatItReadsBack) {
  for (const absl::string_view text : {"a", "{a}", "{{{a}b{c}", ""}) {
    const absl::StatusOr<TextTemplate> parsed = TextTemplate::Parse(text);
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*TextTemplate::Parse(parsed->ToString()), *parsed);
  }
}

TEST(TextTemplateTest, RefusesOpenAndEmptyReferences) {
  EXPECT_FALSE(TextTemplate::Parse("{a").ok());
  EXPECT_FALSE(TextTemplate::Parse("x{ }").ok());
}

TEST(HeadingPatternTest, TakesFixedWidths) {
  EXPECT_EQ(Match("{state:1}{zone:1}{region:1}{purpose:3}", "AABHol"),
            (Captures{"A", "A", "B", "Hol"}));
  EXPECT_EQ(Match("{state:1}{zone:1}{region:1}{purpose:3}", "TotalAll"), std::nullopt);
}

TEST(HeadingPatternTest, TakesUpToTheNextLiteral) {
  EXPECT_EQ(
      Match("['{status}', '{sex}', '{state}']", "['Employed full-time', 'Males', 'Victoria']"),
      (Captures{"Employed full-time", "Males", "Victoria"}));
  EXPECT_EQ(Match("['{status}', '{sex}', '{state}']", "['Males', 'Victoria']"), std::nullopt);
  EXPECT_EQ(Match("{state}-{purpose}-{place}", "nsw-hol-city"), (Captures{"nsw", "hol", "city"}));
  EXPECT_EQ(Match("{state}-{purpose}-{place}", "nsw-hol"), std::nullopt);
}

TEST(TextTemplateTest, RefusesABraceInsideAReference) {
  EXPECT_FALSE(TextTemplate::Parse("{region-{branch}").ok());
  EXPECT_TRUE(TextTemplate::Parse("{{{branch}").ok());
}

TEST(HeadingPatternTest, CapturesAreNeverEmpty) {
  EXPECT_EQ(Match("{a}-{b}", "-x"), std::nullopt);
  EXPECT_EQ(Match("{a}-{b}", "x-"), std::nullopt);
}

TEST(HeadingPatternTest, RefusesPatternsThatCannotBeTakenApart) {
  EXPECT_FALSE(HeadingPattern::Parse("{a}{b}").ok());
  EXPECT_FALSE(HeadingPattern::Parse("{a}-{a}").ok());
  EXPECT_FALSE(HeadingPattern::Parse("plain").ok());
  EXPECT_FALSE(HeadingPattern::Parse("{a:0}").ok());
  EXPECT_FALSE(HeadingPattern::Parse("{a:x}").ok());
}

}  // namespace
}  // namespace jalon::server
