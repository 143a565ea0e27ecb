#include "server/ingest/personal_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jalon::server {
namespace {

absl::string_view FindIn(std::initializer_list<absl::string_view> cells) {
  PersonalDataWatch watch;
  int64_t line = 1;
  for (const absl::string_view cell : cells) watch.See(cell, ++line);
  const std::optional<PersonalDataWatch::Finding> finding = watch.finding();
  return finding.has_value() ? finding->what : absl::string_view();
}

TEST(PersonalDataTest, KnowsIbansByTheirCheckDigits) {
  EXPECT_TRUE(IsIban("FR1420041010050500013M02606"));
  EXPECT_TRUE(IsIban("FR14 2004 1010 0505 0001 3M02 606"));
  EXPECT_TRUE(IsIban("de89370400440532013000"));
  EXPECT_FALSE(IsIban("FR1520041010050500013M02606"));
  EXPECT_TRUE(LooksLikeIban("FR1520041010050500013M02606"));
  EXPECT_FALSE(LooksLikeIban("ZZ1520041010050500013M02606"));
  EXPECT_FALSE(LooksLikeIban("FR15"));
}

TEST(PersonalDataTest, OneIbanIsEnoughAndThreeThatLookLikeOne) {
  EXPECT_EQ(FindIn({"Paris", "DE89370400440532013000"}), "an IBAN");
  EXPECT_EQ(FindIn({"DE00370400440532013000", "DE00370400440532013001"}), "");
  EXPECT_EQ(FindIn({"DE00370400440532013000", "DE00370400440532013001", "DE00370400440532013002"}),
            "an IBAN");
}

TEST(PersonalDataTest, FindsEmailsInsideText) {
  EXPECT_EQ(FindIn({"Agence de Lyon (marie.dupont@banque.fr)"}), "an e-mail address");
  EXPECT_EQ(FindIn({"objectif @ 100 %", "a@b", "@home.fr x"}), "");
}

TEST(PersonalDataTest, FindsPhonesAsPeopleWriteThem) {
  EXPECT_EQ(FindIn({"06 12 34 56 78"}), "a phone number");
  EXPECT_EQ(FindIn({"01.42.34.56.78"}), "a phone number");
  EXPECT_EQ(FindIn({"+33 6 12 34 56 78"}), "a phone number");
  EXPECT_EQ(FindIn({"0033612345678"}), "a phone number");
}

TEST(PersonalDataTest, LeavesCodesAlone) {
  EXPECT_EQ(FindIn({"01009908", "10143499", "00991739"}), "");
  EXPECT_EQ(FindIn({"00991739000125", "00991739000206", "00991739000397"}), "");
  EXPECT_EQ(FindIn({"2026-03-31", "31/03/2026", "central Bohemia", "12 345 678"}), "");
}

TEST(PersonalDataTest, BareTenDigitNumbersNeedAColumnFull) {
  EXPECT_EQ(FindIn({"0612345678", "0123400000", "agence", "siege", "autre"}), "");
  EXPECT_EQ(FindIn({"0612345678", "0712345678", "0112345678"}), "a phone number");
}

TEST(PersonalDataTest, SaysWhereTheFirstCellStands) {
  PersonalDataWatch watch;
  watch.See("Paris", 2);
  watch.See("DE89370400440532013000", 3);
  watch.See("FR1420041010050500013M02606", 4);
  ASSERT_TRUE(watch.finding().has_value());
  EXPECT_EQ(watch.finding()->line, 3);
  EXPECT_EQ(watch.finding()->cells, 2);
}

TEST(PersonalDataTest, LooksBehindANoBreakSpace) {
  PersonalDataWatch watch;
  watch.See("\xC2\xA0+33 1 23 45 67 89", 2);
  ASSERT_TRUE(watch.finding().has_value());
  EXPECT_EQ(watch.finding()->line, 2);
}

}  // namespace
}  // namespace jalon::server
