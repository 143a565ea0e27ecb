#include "server/ingest/numbers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "absl/strings/str_format.h"

namespace jalon::server {
namespace {

using Finding = NumberDialectFinder::Finding;

double En(absl::string_view text) {
  const NumberResult result = ParseNumber(text, NumberDialect::kEnglish);
  EXPECT_TRUE(result.ok()) << text;
  return result.value;
}

double Fr(absl::string_view text) {
  const NumberResult result = ParseNumber(text, NumberDialect::kFrench);
  EXPECT_TRUE(result.ok()) << text;
  return result.value;
}

NumberProblem EnProblem(absl::string_view text) {
  return ParseNumber(text, NumberDialect::kEnglish).problem;
}

NumberProblem FrProblem(absl::string_view text) {
  return ParseNumber(text, NumberDialect::kFrench).problem;
}

NumberDialectFinder Look(std::initializer_list<absl::string_view> cells) {
  NumberDialectFinder finder;
  for (const absl::string_view cell : cells) finder.See(cell);
  return finder;
}

TEST(ParseNumberTest, ReadsEnglish) {
  EXPECT_EQ(En("1234.5"), 1234.5);
  EXPECT_EQ(En("1,234.5"), 1234.5);
  EXPECT_EQ(En("-1,234,567"), -1234567.0);
  EXPECT_EQ(En("+7"), 7.0);
  EXPECT_EQ(En(".5"), 0.5);
  EXPECT_EQ(En("1.5e3"), 1500.0);
  EXPECT_EQ(En("2E-2"), 0.02);
  EXPECT_EQ(En(" 42 "), 42.0);
}

TEST(ParseNumberTest, ReadsFrenchWithEverySpace) {
  EXPECT_EQ(Fr("1234,5"), 1234.5);
  EXPECT_EQ(Fr("1 234,5"), 1234.5);
  EXPECT_EQ(Fr("1\xC2\xA0"
               "234\xC2\xA0"
               "567,25"),
            1234567.25);
  EXPECT_EQ(Fr("-1\xE2\x80\xAF"
               "234"),
            -1234.0);
  EXPECT_EQ(Fr("1,5e3"), 1500.0);
}

TEST(ParseNumberTest, ReadsPercents) {
  const NumberResult result = ParseNumber("12,5 %", NumberDialect::kFrench);
  EXPECT_TRUE(result.percent);
  EXPECT_EQ(result.value, 0.125);
  EXPECT_EQ(En("3%"), 0.03);
  EXPECT_EQ(Fr("12,5\xC2\xA0%"), 0.125);
}

TEST(ParseNumberTest, RefusesWhatIsNotFinite) {
  for (const absl::string_view text : {"NaN", "nan", "inf", "-Infinity", "1e999", "-1e400"}) {
    EXPECT_EQ(EnProblem(text), NumberProblem::kNotFinite) << text;
  }
}

TEST(ParseNumberTest, RefusesText) {
  for (const absl::string_view text :
       {"abc", "12a", "1..2", "1e", "--1", "1-", "0x10", "1 2 3", "12 34", "1,2.3,4", "€5", "5 €",
        "1 234 56", "%", "+", "1.", "(5)", "1 %%"}) {
    EXPECT_EQ(EnProblem(text), NumberProblem::kText) << text;
  }
  EXPECT_EQ(EnProblem("  "), NumberProblem::kEmpty);
  EXPECT_EQ(EnProblem(std::string(500, '1')), NumberProblem::kText);
}

TEST(ParseNumberTest, SaysWhenTheOtherDialectWouldReadIt) {
  EXPECT_EQ(EnProblem("1,5"), NumberProblem::kOtherDialect);
  EXPECT_EQ(EnProblem("1234,567"), NumberProblem::kOtherDialect);
  EXPECT_EQ(FrProblem("1.5"), NumberProblem::kOtherDialect);
  EXPECT_EQ(FrProblem("1,234.5"), NumberProblem::kOtherDialect);
}

TEST(ParseNumberTest, GroupsUseOneMarkOfThreeDigits) {
  EXPECT_EQ(EnProblem("1,234 567"), NumberProblem::kText);
  EXPECT_EQ(EnProblem("1234 567"), NumberProblem::kText);
  EXPECT_EQ(En("12 345 678.5"), 12345678.5);
}

TEST(ParseNumberTest, GivesTheNearestDouble) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t bits = random();
    const int digits = static_cast<int>(bits % 18);
    const double value =
        static_cast<double>(static_cast<int64_t>(random()) >> (bits % 50)) / 1024.0;
    const std::string text = absl::StrFormat("%.*f", digits, value);
    EXPECT_EQ(En(text), std::strtod(text.c_str(), nullptr)) << text;
    const std::string scientific = absl::StrFormat("%.*e", digits, value);
    EXPECT_EQ(En(scientific), std::strtod(scientific.c_str(), nullptr)) << scientific;
  }
}

TEST(ParseNumberTest, KeepsLeadingZerosHarmless) {
  EXPECT_EQ(En("0000000000000000000000000000012.5"), 12.5);
  EXPECT_EQ(En("0.00000000000000000000000012"), 1.2e-25);
  EXPECT_EQ(En("123456789012345678901234567890"), 123456789012345678901234567890.0);
}

TEST(NumberDialectFinderTest, PointMeansEnglishAndCommaFrench) {
  EXPECT_EQ(Look({"12", "1.5"}).finding(), Finding::kDecided);
  EXPECT_EQ(Look({"12", "1.5"}).dialect(), NumberDialect::kEnglish);
  EXPECT_EQ(Look({"1 234,5", "12"}).finding(), Finding::kDecided);
  EXPECT_EQ(Look({"1 234,5", "12"}).dialect(), NumberDialect::kFrench);
}

TEST(NumberDialectFinderTest, WholeNumbersReadAlikeInBoth) {
  EXPECT_EQ(Look({"12", "1 234", "-5"}).finding(), Finding::kNoMarks);
}

TEST(NumberDialectFinderTest, NamesBothSidesOfAMixedFile) {
  const NumberDialectFinder finder = Look({"1.5", "2,25"});
  EXPECT_EQ(finder.finding(), Finding::kMixed);
  EXPECT_EQ(finder.english_example(), "1.5");
  EXPECT_EQ(finder.french_example(), "2,25");
}

TEST(NumberDialectFinderTest, OneCommaAndThreeDigitsAloneIsAmbiguous) {
  EXPECT_EQ(Look({"1,234", "17"}).finding(), Finding::kAmbiguous);
  EXPECT_EQ(Look({"1,234", "1.5"}).finding(), Finding::kAmbiguous);
}

TEST(NumberDialectFinderTest, OtherCellsTellWhatOneCommaMeans) {
  EXPECT_EQ(Look({"1,234", "1,5"}).dialect(), NumberDialect::kFrench);
  EXPECT_EQ(Look({"1,234", "1,5"}).finding(), Finding::kDecided);
  EXPECT_EQ(Look({"1,234", "1,234.5"}).dialect(), NumberDialect::kEnglish);
  EXPECT_EQ(Look({"1,234", "1,234,567"}).finding(), Finding::kDecided);
}

TEST(NumberDialectFinderTest, TextSaysNothing) {
  EXPECT_EQ(Look({"n.a.", "see note, below"}).finding(), Finding::kNoMarks);
}

}  // namespace
}  // namespace jalon::server
