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
    texts.emplace_back(absl::StrCat(table.name, ".csv"), std::move(bytes));
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
  EXPECT_TRUE(a.calendars == b.calendars);
  EXPECT_TRUE(a.phasing == b.phasing);
  EXPECT_TRUE(a.channels == b.channels);
  EXPECT_TRUE(a.credit == b.credit);
  EXPECT_TRUE(a.original_credit == b.original_credit);
  EXPECT_TRUE(a.means == b.means);
  EXPECT_TRUE(a.original_means == b.original_means);
  EXPECT_EQ(a.network.spec().attributes, b.network.spec().attributes);
  EXPECT_TRUE(a.score == b.score);
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

// One table of everything a revision may hold.
NamedTexts EveryTable() {
  std::string phasing = "unit;indicator;month;share\n";
  for (int month = 1; month <= 12; ++month) {
    absl::StrAppend(&phasing, ";accounts;", month, ";", month <= 4 ? "0.125" : "0.0625", "\n");
  }
  return {
      {"units.csv", kSmallUnits},
      {"indicators.csv",
       "id;kind;measure;rounding;exposure;inflows;outflows;numerator;denominator;expression\n"
       "accounts;count;count;1;opening_days;;;;;\nclosings;count;count;1;;;;;;\nloans;amount;money;"
       "0.5;;;;;;\n"
       "customers;stock;count;1;;accounts;closings;;;\nequipment;ratio;ratio;0.01;;;;loans;"
       "customers;\n"
       "income;derived;money;1;;;;;;0.5 * loans\n"},
      {"realisations.csv",
       "unit;indicator;period;value\nn1;accounts;2026-01;12\n"
       "n1;closings;2026-01;2\nn1;customers;2026-01;100\n"
       "n1;accounts;2026-02;5\nn1;closings;2026-02;1\n"
       "n1;customers;2026-02;104\nn1;loans;2026-02;0.5\n"},
      {"calendars.csv", "unit;kind;week;holidays\nn1;;tue_sat;alsace_moselle\n;;mon_fri;france\n"},
      {"opening_dates.csv", "unit;kind;date;open\nn1;;2026-05-15;no\n"},
      {"opening_days.csv", "unit;kind;period;days\n;remote;2026-01;20.5\n"},
      {"phasing.csv", phasing},
      {"channels.csv", "id;label_fr;label_en\nphone;Téléphone;Phone\nbranch;Agence;\n"},
      {"channel_shares.csv",
       "unit;unit_kind;indicator;channel;share;from;assumption;source\n"
       ";proximity;;phone;0.1;;yes;étude\n;proximity;;branch;0.9;;yes;étude\n"
       "n1;;accounts;phone;0.25;2026-01;no;\nn1;;accounts;branch;0.75;2026-01;no;\n"},
      {"eliminations.csv", "unit;indicator;period;value\nnord;loans;2026-02;-0.25\n"},
      {"parent_totals.csv", "unit;indicator;period;value\nsiege;accounts;2026-01;12\n"},
      {"means.csv",
       "unit;mean;period;value;planned;adds\nn1;advisers;2026-01;4.5;no;\n"
       "n1;advisers;2026-12;5;yes;\nn1;hours;2026-01;35;no;no\n"},
      {"attributes.csv", "name;kind;unit;label_fr;label_en\nzone;text;;Zone;Area\n"},
      {"mean_effects.csv",
       "mean;indicator;elasticity;sd;source\nadvisers;accounts;0.5;0.125;étude\n"},
      {"weights.csv",
       "unit;unit_kind;indicator;window;weight;floor;cap;complete\n"
       ";;accounts;2026;0.6;0;1.5;yes\n;;loans;2026;0.4;;;yes\n"},
      {"quality.csv", "unit;unit_kind;window;factor\nnord;;2026;0.95\n"},
      {"ladder.csv", "threshold;payoff;shape\n0.6;0.6;step\n1;1;linear\n1.3;1.7;step\n"},
      {"driver_list.csv",
       "id;class;frequency;formula;rounding;floor;effective_months;"
       "announcement_lag;deviation_probability;deviation\n"
       "rate;economic;month;;;;;;;\n"
       "livret;regulatory;month;0.5 * rate;0.1;0.5;2 8;1;0.2;0.3\n"},
      {"drivers.csv",
       "driver;period;value\nrate;2025-12;3.05\nrate;2026-01;3\nrate;2026-02;2.9\n"
       "livret;2026-01;1.7\nlivret;2026-02;1.5\n"},
      {"elasticities.csv", "driver;indicator;mean;sd;lag;source\nrate;loans;-0.12;0.05;1;étude\n"}};
}

TEST(ExportTest, BringsEveryTableBack) {
  const ImportOutcome outcome = ImportTexts(EveryTable(), kSmallMapping);
  ASSERT_TRUE(outcome.revision.has_value()) << outcome.violations.ToStatus();
  const NamedTexts exported = FilesOfRevision(*outcome.revision);
  EXPECT_EQ(exported.size(), EveryTable().size() + 2);  // with a manifest and `segments.csv`
  ExpectSame(ImportedAgain(*outcome.revision), *outcome.revision);
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
