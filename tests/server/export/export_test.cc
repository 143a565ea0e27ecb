#include "server/export/export.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/export/csv_writer.h"
#include "sim/demo/demo.h"
#include "tests/server/ingest/import_test_util.h"

namespace jalon::server {
namespace {

NamedTexts FilesOfRevision(const sim::Revision& revision) {
  NamedTexts texts(1);
  std::vector<ExportedTable> written;
  for (const ExportedTable& table : ExportedTables()) {
    std::string bytes = table.write(revision);
    if (bytes.empty()) continue;
    texts.emplace_back(absl::StrCat(TableKindName(table.kind), ".csv"), std::move(bytes));
    written.push_back(table);
  }
  texts[0] = {kManifestName, ExportedManifest(revision, written)};
  return texts;
}

sim::Revision ImportedAgain(const sim::Revision& revision) {
  const NamedTexts texts = FilesOfRevision(revision);
  ImportOutcome outcome = ImportNetwork({.files = FilesOf(texts)});
  EXPECT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  return outcome.revision.has_value() ? *std::move(outcome.revision) : revision;
}

// Part by part, so that a difference says where it is.
void ExpectSame(const sim::Revision& a, const sim::Revision& b) {
  EXPECT_EQ(a.network.spec().units, b.network.spec().units);
  EXPECT_EQ(a.network.spec().segments, b.network.spec().segments);
  EXPECT_EQ(a.network.spec().indicators, b.network.spec().indicators);
  EXPECT_TRUE(a.network == b.network);
  EXPECT_TRUE(a.realisations == b.realisations);
  EXPECT_TRUE(a.original == b.original);
  EXPECT_EQ(a.perimeter, b.perimeter);
  EXPECT_TRUE(a.drivers == b.drivers);
}

TEST(ExportTest, BringsTheDemoBackBitForBit) {
  const sim::Revision revision = sim::MakeDemo({.size = sim::DemoSize::kSmall})->revision;
  ExpectSame(ImportedAgain(revision), revision);
}

TEST(ExportTest, BringsBackAPerimeterAndAwkwardTexts) {
  const NamedTexts texts = {
      {"units.csv",
       "id;parent;level;label_fr;kind;opened;attribute.population\n"
       "siege;;réseau;\"Le \"\"grand\"\" siège; Paris\";;;\n"
       "n1;siege;agence;Lille;proximity;;236710.5\n"
       "00991739;siege;agence;;remote;2026-02;0.1\n"},
      {"indicators.csv",
       "id;kind;floor;cap;rounding;provisional_from;direction\n"
       "accounts;count;0;1.5;1;2026-03;lower\n"
       "loans;amount;;;0.05;;\n"},
      {"realisations.csv",
       "unit;indicator;period;value\nn1;accounts;2026-01;3\n"
       "n1;loans;2026-01;0.1\nn1;loans;2026-03;1e300\n"
       "00991739;loans;2026-03;123456789.123456789\n"},
      {"perimeter.csv",
       "type;date;unit;receiver;share;indicator;bridge;break;source\n"
       "transfer;2026-02;n1;00991739;0.3333333333333333;;;;\"avenant; \"\"2\"\"\"\n"
       "redefinition;2026-02;;;;loans;1.1;;\n"
       "redefinition;2026-03;;;;accounts;;yes;\n"}};
  const ImportOutcome outcome =
      ImportTexts(texts, "[network]\nid = test\nlabel = Banque \"A\"\nperimeter_date = 2026-12\n");
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  ASSERT_TRUE(outcome.revision->original.has_value());
  const sim::Revision again = ImportedAgain(*outcome.revision);
  ExpectSame(again, *outcome.revision);
  EXPECT_EQ(again.perimeter.date, sim::Period::Month(2026, 12));
}

TEST(ExportTest, WritesNumbersThatReadBackAsTheyWere) {
  for (const double value : {0.1, -0.0, 1e300, 5e-324, 1234567.0, 1.0 / 3, -2.5e-7}) {
    const NumberResult read = ParseNumber(NumberText(value), NumberDialect::kEnglish);
    EXPECT_TRUE(read.ok()) << NumberText(value);
    EXPECT_EQ(read.value, value);
  }
  EXPECT_EQ(NumberText(std::numeric_limits<double>::quiet_NaN()), "");
}

}  // namespace
}  // namespace jalon::server
