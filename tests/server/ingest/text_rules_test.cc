#include "server/ingest/text_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jalon::server {
namespace {

absl::string_view IdReason(absl::string_view id) {
  const std::optional<TextProblem> problem = CheckId(id);
  return problem.has_value() ? problem->reason : absl::string_view();
}

absl::string_view LabelReason(absl::string_view label) {
  const std::optional<TextProblem> problem = CheckLabel(label);
  return problem.has_value() ? problem->reason : absl::string_view();
}

TEST(CheckIdTest, AcceptsCodesAsTheyAre) {
  EXPECT_EQ(IdReason("00991739"), "");
  EXPECT_EQ(IdReason("FR.IDF_75-001"), "");
}

TEST(CheckIdTest, RefusesEmptyLongAndOtherCharacters) {
  EXPECT_EQ(IdReason(""), "EMPTY_ID");
  EXPECT_EQ(IdReason(std::string(65, 'a')), "BAD_ID");
  EXPECT_EQ(IdReason("central Bohemia"), "BAD_ID");
  EXPECT_EQ(IdReason("Orléans"), "BAD_ID");
}

TEST(CheckLabelTest, CountsCharactersNotBytes) {
  std::string accents;
  for (int i = 0; i < 200; ++i) accents += "é";
  EXPECT_EQ(LabelReason(accents), "");
  EXPECT_EQ(LabelReason(accents + "e"), "TOO_LONG");
  EXPECT_EQ(LabelReason(std::string(2000, 'x')), "TOO_LONG");
}

TEST(CheckLabelTest, RefusesLineBreaksAndDirectionMarks) {
  EXPECT_EQ(LabelReason("two\nlines"), "CONTROL_CHARACTER");
  EXPECT_EQ(LabelReason("abc\xE2\x80\xAE"
                        "def"),
            "CONTROL_CHARACTER");
  EXPECT_EQ(LabelReason("abc\xC2\x85"), "CONTROL_CHARACTER");
}

TEST(MakeIdTest, MakesIdsOfLabels) {
  EXPECT_EQ(MakeId("central Bohemia"), "central-Bohemia");
  EXPECT_EQ(MakeId("Île-de-France (sud)"), "Ile-de-France-sud");
  EXPECT_EQ(MakeId("  Cœur de l'Hérault "), "Coeur-de-l-Herault");
  EXPECT_EQ(MakeId("Hl.m. Praha"), "Hl.m.-Praha");
  EXPECT_EQ(MakeId("!!!"), "");
}

TEST(MakeIdTest, GivesValidIdsOrNothing) {
  for (const absl::string_view label : {"Employed full-time", "Plzeň - město", "€uro", "x\xFFy"}) {
    EXPECT_EQ(IdReason(MakeId(label)), "") << label;
  }
}

}  // namespace
}  // namespace jalon::server
