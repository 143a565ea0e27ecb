// Every refusal that a bank's file may meet, each with file, line, column, value and rule.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "server/ingest/import.h"
#include "tests/server/ingest/import_test_util.h"

namespace jalon::server {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

// A folder with a problem of every kind in it.
NamedTexts BadFolder() {
  return {
      {"units.csv",
       "id;parent;level;label_fr;compte\n"
       "siege;;network;Siège;\n"
       "autre;;network;Autre;\n"
       "a;b;region;A;\n"
       "b;a;region;B;\n"
       "nord;siege;region;" +
           std::string(2000, 'x') +
           ";\n"
           "n1;nord;branch;Lille;\n"
           "n2;ailleurs;branch;Amiens;\n"},
      {"indicators.csv",
       "id;label_fr;kind;rounding\n"
       "accounts;Ouvertures;count;1\n"
       "loans;Crédits;amount;0,5\n"},
      {"realisations.csv",
       "unit;indicator;period;value\n"
       "n9;accounts;2026-01;1\n"
       "n1;accounts;2026-01;NaN\n"
       "n1;accounts;2026-02;-inf\n"
       "n1;accounts;2026-03;douze\n"
       "n1;accounts;2026-04;-3\n"
       "n1;loans;2026-01;2,75\n"
       "n1;loans;2026-02;2,25\n"
       "n1;loans;2026-03;2.5\n"
       "n1;loans;2026-04\n"},
      {"clients.csv", "unit;iban\nn1;FR1420041010050500013M02606\n"},
      {"drivers.csv", ""},
  };
}

constexpr char kBadFolderMapping[] =
    "[network]\nid = test\n[elasticities]\nfile = clients.csv\ndriver = {unit}\n";

TEST(ImportRefusalsTest, ReportsTheProblemsOfAllFilesAtOnce) {
  const ImportOutcome outcome = ImportTexts(BadFolder(), kBadFolderMapping);
  EXPECT_FALSE(outcome.revision.has_value());
  EXPECT_THAT(Places(outcome.violations),
              UnorderedElementsAre(
                  "units.csv:3:2 SECOND_ROOT", "units.csv:4:2 CYCLE", "units.csv:6:4 TOO_LONG",
                  "units.csv:8:2 UNKNOWN_PARENT", "realisations.csv:2:1 UNKNOWN_UNIT",
                  "realisations.csv:3:4 NOT_FINITE", "realisations.csv:4:4 NOT_FINITE",
                  "realisations.csv:5:4 TEXT_IN_NUMBER", "realisations.csv:6:4 NEGATIVE",
                  "realisations.csv:9:4 MIXED_DIALECT", "realisations.csv:10:0 WRONG_CELL_COUNT",
                  "clients.csv:2:2 PERSONAL_DATA", "drivers.csv:0:0 EMPTY_FILE"));
}

TEST(ImportRefusalsTest, EachProblemHasAPlaceAValueAndARule) {
  const ImportOutcome outcome = ImportTexts(BadFolder(), kBadFolderMapping);
  for (const sim::Violation& violation : outcome.violations.kept()) {
    SCOPED_TRACE(violation.message);
    EXPECT_FALSE(violation.file.empty());
    EXPECT_FALSE(violation.rule.empty());
    EXPECT_THAT(violation.message, HasSubstr(violation.rule));
    if (violation.reason == "EMPTY_FILE") continue;  // has no line
    EXPECT_GT(violation.line, 0);
    if (violation.reason != "WRONG_CELL_COUNT") {  // is of the whole row
      EXPECT_GT(violation.column, 0);
    }
    // The root's parent is empty, and personal data is not repeated.
    if (violation.reason != "SECOND_ROOT" && violation.reason != "PERSONAL_DATA") {
      EXPECT_FALSE(violation.value.empty());
    }
  }
}

TEST(ImportRefusalsTest, TheValueIsWhatTheFileSays) {
  const ImportOutcome outcome = ImportTexts(BadFolder(), kBadFolderMapping);
  for (const absl::string_view value : {"n9", "NaN", "-inf", "douze", "-3", "2.5", "ailleurs"}) {
    EXPECT_THAT(outcome.violations.kept(), Contains(Field(&sim::Violation::value, value)));
  }
}

TEST(ImportRefusalsTest, ADuplicateMonthNamesTheOtherPlace) {
  const ImportOutcome outcome =
      ImportTexts({{"units.csv", kSmallUnits},
                   {"indicators.csv", kSmallIndicators},
                   {"realisations.csv", "unit;accounts;again;period\nn1;1;2;2026-01\n"}},
                  std::string(kSmallMapping) +
                      "[realisations]\nfile = realisations.csv\nvalue.accounts = {accounts}\n"
                      "[realisations]\nfile = realisations.csv\nvalue.accounts = {again}\n");
  ASSERT_THAT(Places(outcome.violations), ElementsAre("realisations.csv:2:3 DUPLICATE_CELL"));
  EXPECT_EQ(outcome.violations.kept()[0].value, "n1/all/accounts in 2026-01");
  EXPECT_THAT(outcome.violations.kept()[0].rule, HasSubstr("realisations.csv line 2 column 2"));
}

TEST(ImportRefusalsTest, AnIbanIsRefusedInAnyTableButNeverRepeated) {
  for (const char* iban : {"FR1420041010050500013M02606", "FR14 2004 1010 0505 0001 3M02 606",
                           "DE89370400440532013000"}) {
    const ImportOutcome outcome = ImportTexts(
        SmallNetworkWith("realisations.csv", absl::StrCat("unit;indicator;period;value;ref\n"
                                                          "n1;accounts;2026-01;1;",
                                                          iban, "\n")),
        kSmallMapping);
    EXPECT_THAT(Places(outcome.violations), Contains("realisations.csv:2:5 PERSONAL_DATA"));
    EXPECT_THAT(outcome.violations.kept(),
                Not(Contains(Field(&sim::Violation::message, HasSubstr("20041010")))));
  }
}

// A file cut off anywhere is refused, or gives cells of the whole file, the last one perhaps cut
// within its digits: then its echo says that the last line has no end.
TEST(ImportRefusalsTest, AFileCutOffAnywhereIsRefusedOrReadUpToTheCut) {
  const std::string whole = kSmallRealisations;
  const ImportOutcome complete = ImportTexts(SmallNetwork(), kSmallMapping);
  ASSERT_TRUE(complete.revision.has_value());
  int refused = 0;
  for (size_t size = 0; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    const ImportOutcome outcome =
        ImportTexts(SmallNetworkWith("realisations.csv", whole.substr(0, size)), kSmallMapping);
    if (!outcome.revision.has_value()) {
      EXPECT_FALSE(outcome.violations.empty());
      ++refused;
      continue;
    }
    EXPECT_LE(outcome.counts.values, complete.counts.values);
    if (whole[size - 1] != '\n') {
      EXPECT_THAT(outcome.files.back().read_as, HasSubstr("no line end at the end"));
    }
  }
  EXPECT_GT(refused, static_cast<int>(whole.size()) / 2);
}

TEST(ImportRefusalsTest, ACutInsideACharacterIsRefused) {
  const std::string units = kSmallUnits;
  const ImportOutcome outcome = ImportTexts(
      SmallNetworkWith("units.csv", units.substr(0, units.find("Nîmes") + 2)), kSmallMapping);
  EXPECT_THAT(Reasons(outcome.violations), Contains("INVALID_UTF8"));
}

TEST(ImportRefusalsTest, ACutInsideAQuotedCellIsRefused) {
  const ImportOutcome outcome = ImportTexts(
      SmallNetworkWith("realisations.csv", "unit;indicator;period;value\nn1;accounts;2026-01;\"1"),
      kSmallMapping);
  EXPECT_THAT(Places(outcome.violations), Contains("realisations.csv:2:4 BAD_QUOTES"));
}

TEST(ImportRefusalsTest, AFileOfHeadingsOnlyHasNoValues) {
  const ImportOutcome outcome = ImportTexts(
      SmallNetworkWith("realisations.csv", "unit;indicator;period;value\n"), kSmallMapping);
  EXPECT_THAT(outcome.violations.kept(),
              ElementsAre(AllOf(Field(&sim::Violation::reason, "NO_VALUES"),
                                Field(&sim::Violation::file, "realisations.csv"))));
}

}  // namespace
}  // namespace jalon::server
