#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/ingest/import_test_util.h"

namespace jalon::server {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsNan;
using ::testing::UnorderedElementsAre;

constexpr char kHistory[] =
    "unit;indicator;period;value\n"
    "n1;accounts;2026-01;10\n"
    "n1;accounts;2026-02;20\n"
    "n2;accounts;2026-01;1\n"
    "n2;accounts;2026-02;2\n"
    "n2;accounts;2026-03;3\n"
    "s1;accounts;2026-03;5\n";
constexpr char kHeading[] = "type;date;unit;receiver;segment;share;source\n";

NamedTexts With(const std::string& changes) {
  NamedTexts texts = SmallNetworkWith("realisations.csv", kHistory);
  texts.emplace_back("perimeter.csv", changes);
  return texts;
}

std::vector<double> Accounts(const sim::Revision& revision, const sim::Realisations& history,
                             const std::string& unit) {
  const auto row = history.Find({0, *revision.network.FindUnit(unit), 0});
  if (!row) return {};
  const auto values = history.row(*row);
  return {values.begin(), values.end()};
}

TEST(ImportPerimeterTest, RestatesTheHistoryAndKeepsTheOriginal) {
  const ImportOutcome outcome =
      ImportTexts(With(absl::StrCat(kHeading, "closure;2026-03;n1;n2;;60 %;plan 2026\n",
                                    "closure;2026-03;n1;s1;;0,3;\n")),
                  kSmallMapping);
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  const sim::Revision& revision = *outcome.revision;
  EXPECT_THAT(Accounts(revision, revision.realisations, "n1"), ElementsAre(1, 2, IsNan()));
  EXPECT_THAT(Accounts(revision, revision.realisations, "n2"), ElementsAre(7, 14, 3));
  EXPECT_THAT(Accounts(revision, revision.realisations, "s1"), ElementsAre(3, 6, 5));
  ASSERT_TRUE(revision.original.has_value());
  EXPECT_THAT(Accounts(revision, *revision.original, "n1"), ElementsAre(10, 20, IsNan()));
  EXPECT_EQ(revision.network.unit(*revision.network.FindUnit("n1")).closed,
            sim::Period::Month(2026, 3));
  ASSERT_TRUE(outcome.restatement.has_value());
  EXPECT_EQ(outcome.restatement->applied_count, 2);
  EXPECT_EQ(outcome.restatement->largest_total_difference, 0);
  EXPECT_EQ(revision.perimeter.changes[0].source, "plan 2026");
}

TEST(ImportPerimeterTest, RestatesToTheDeclaredTargetOnly) {
  const NamedTexts texts = With(absl::StrCat(kHeading, "merger;2026-06;n1;n2;;;\n"));
  const ImportOutcome now = ImportTexts(texts, kSmallMapping);
  ASSERT_TRUE(now.revision.has_value()) << now.violations.ToStatus();
  EXPECT_FALSE(now.revision->original.has_value());
  const ImportOutcome then =
      ImportTexts(texts, absl::StrCat(kSmallMapping, "perimeter_date = 2026-06\n"));
  ASSERT_TRUE(then.revision.has_value()) << then.violations.ToStatus();
  EXPECT_THAT(Accounts(*then.revision, then.revision->realisations, "n2"), ElementsAre(11, 22, 3));
  EXPECT_THAT(Accounts(*then.revision, then.revision->realisations, "n1"), ElementsAre());
}

TEST(ImportPerimeterTest, AppendsToTheOriginalAndRestatesAgain) {
  const ImportOutcome base =
      ImportTexts(With(absl::StrCat(kHeading, "transfer;2026-03;n1;n2;;0,5;\n")), kSmallMapping);
  ASSERT_TRUE(base.revision.has_value()) << base.violations.ToStatus();
  const NamedTexts files = {
      {"realisations.csv",
       "unit;indicator;period;value\nn1;accounts;2026-01;12\n"
       "n1;accounts;2026-03;8\nn1;accounts;2026-04;9\n"},
      {"perimeter.csv", absl::StrCat(kHeading, "transfer;2026-04;n2;s1;;0,5;\n")}};
  const ImportOutcome outcome = ImportNetwork({.files = FilesOf(files),
                                               .mapping = MappingOf(kSmallMapping),
                                               .mode = ImportMode::kAppend,
                                               .base = &*base.revision});
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  const sim::Revision& revision = *outcome.revision;
  EXPECT_EQ(revision.perimeter.changes.size(), 2u);
  EXPECT_THAT(Accounts(revision, *revision.original, "n1"), ElementsAre(12, 20, 8, 9));
  EXPECT_THAT(Accounts(revision, revision.realisations, "n1"), ElementsAre(6, 10, 8, 9));
  // (1 + 6), (2 + 10), 3: then half of each goes on, whole in every month.
  const std::vector<double> n2 = Accounts(revision, revision.realisations, "n2");
  const std::vector<double> s1 = Accounts(revision, revision.realisations, "s1");
  EXPECT_EQ(n2[0] + s1[0], 7);
  EXPECT_EQ(n2[1] + s1[1], 12);
  EXPECT_EQ(n2[2] + s1[2], 8);
  EXPECT_EQ(outcome.counts.restated, 1);
}

TEST(ImportPerimeterTest, AmendsAChangeOfTheBaseInAnAppend) {
  const ImportOutcome base =
      ImportTexts(With(absl::StrCat(kHeading, "transfer;2026-03;n1;n2;;0,5;\n")), kSmallMapping);
  const NamedTexts files = {
      {"realisations.csv", kHistory},
      {"perimeter.csv", absl::StrCat(kHeading, "transfer;2026-03;n1;n2;;0,1;\n")}};
  const ImportOutcome outcome = ImportNetwork({.files = FilesOf(files),
                                               .mapping = MappingOf(kSmallMapping),
                                               .mode = ImportMode::kAppend,
                                               .base = &*base.revision});
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  EXPECT_THAT(Accounts(*outcome.revision, outcome.revision->realisations, "n1"),
              ElementsAre(9, 18, IsNan()));
}

TEST(ImportPerimeterTest, ChecksChangesThatAreAppendedWithoutValues) {
  const ImportOutcome base =
      ImportTexts(SmallNetworkWith("realisations.csv", kHistory), kSmallMapping);
  ASSERT_TRUE(base.revision.has_value()) << base.violations.ToStatus();
  const auto append = [&](const std::string& changes) {
    const NamedTexts files = {{"perimeter.csv", absl::StrCat(kHeading, changes)}};
    return ImportNetwork({.files = FilesOf(files),
                          .mapping = MappingOf(kSmallMapping),
                          .mode = ImportMode::kAppend,
                          .base = &*base.revision});
  };
  EXPECT_THAT(Places(append("merger;2026-03;n1;n9;;;\n").violations),
              Contains("perimeter.csv:2:4 UNKNOWN_UNIT"));
  const ImportOutcome done = append("merger;2026-03;n1;n2;;;\n");
  ASSERT_TRUE(done.revision.has_value()) << done.violations.ToStatus();
  EXPECT_THAT(Accounts(*done.revision, done.revision->realisations, "n2"), ElementsAre(11, 22, 3));
}

TEST(ImportPerimeterTest, ListsEveryProblemWithItsPlace) {
  const ImportOutcome outcome = ImportTexts(
      With(absl::StrCat(kHeading, "transfer;2026-03;n1;n2;;0,7;\n",
                        "transfer;2026-03;n1;s1;;0,4;\n", "merger;2026-02;s1;n9;;;\n",
                        "split;2026-03;n1;n2;;0,1;\n", "transfer;2026-13;n2;s1;;0,1;\n",
                        "transfer;2026-03;n2;s1;;;\n", "transfer;2026-03;n2;nord;;1,2;\n")),
      kSmallMapping);
  EXPECT_FALSE(outcome.revision.has_value());
  EXPECT_THAT(
      Places(outcome.violations),
      UnorderedElementsAre("perimeter.csv:3:6 SHARES_ABOVE_ONE", "perimeter.csv:4:4 UNKNOWN_UNIT",
                           "perimeter.csv:3:4 UNIT_CLOSED", "perimeter.csv:5:1 UNKNOWN_VALUE",
                           "perimeter.csv:6:2 BAD_PERIOD", "perimeter.csv:7:6 MISSING_VALUE",
                           "perimeter.csv:8:4 NOT_A_LEAF", "perimeter.csv:8:6 OUT_OF_RANGE",
                           "perimeter.csv:8:6 SHARES_ABOVE_ONE"));
}

TEST(ImportPerimeterTest, RefusesAMergerIntoAClosedBranchWithItsPlace) {
  const ImportOutcome outcome = ImportTexts(
      With(absl::StrCat(kHeading, "merger;2026-02;n1;n2;;;\n", "merger;2026-03;s1;n1;;;\n")),
      kSmallMapping);
  EXPECT_THAT(Places(outcome.violations), ElementsAre("perimeter.csv:3:4 UNIT_CLOSED"));
}

TEST(ImportPerimeterTest, ReadsAMatrixAndARedefinitionThroughAMapping) {
  const NamedTexts texts = {
      {"units.csv", kSmallUnits},
      {"indicators.csv", kSmallIndicators},
      {"segments.csv", "id\nfamilles\npatrimoine\n"},
      {"realisations.csv",
       "unit;segment;indicator;period;value\nn1;familles;accounts;2025-12;10\n"
       "n1;patrimoine;accounts;2026-01;4\nn1;;loans;2025-12;100\n"},
      {"matrice.csv", "De,Vers,Part\nfamilles,patrimoine,0.3\nfamilles,familles,0.7\n"},
      {"passages.csv", "Indicateur;Date;Facteur\nloans;2026-01;1,25\n"}};
  const ImportOutcome outcome = ImportTexts(
      texts, absl::StrCat(kSmallMapping,
                          "[perimeter]\nfile = matrice.csv\ntype = resegmentation\n"
                          "date = 2026-01\nsegment = {De}\nreceiver_segment = {Vers}\n"
                          "share = {Part}\n"
                          "[perimeter]\nfile = passages.csv\ntype = redefinition\n"
                          "date = {Date}\nindicator = {Indicateur}\nbridge = {Facteur}\n"));
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  const sim::Realisations& history = outcome.revision->realisations;
  ASSERT_EQ(history.series_count(), 3);
  EXPECT_THAT(history.row(0), ElementsAre(7, IsNan()));
  EXPECT_THAT(history.row(1), ElementsAre(3, 4));
  EXPECT_THAT(history.row(2), ElementsAre(125, IsNan()));
}

TEST(ImportPerimeterTest, SaysWhatDidNotMove) {
  const ImportOutcome outcome = ImportTexts(
      {{"units.csv", kSmallUnits},
       {"indicators.csv", kSmallIndicators},
       {"segments.csv", "id\nfamilles\n"},
       {"realisations.csv", kHistory},
       {"perimeter.csv", absl::StrCat(kHeading, "transfer;2026-03;n1;n2;familles;0,5;\n")}},
      kSmallMapping);
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  EXPECT_THAT(outcome.notes,
              Contains(AllOf(HasSubstr("transfer of `familles` from `n1` to `n2` in 2026-03"),
                             HasSubstr("unsplit_share"))));
}

}  // namespace
}  // namespace jalon::server
