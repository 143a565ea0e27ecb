// Reads the full example of docs/file-formats.md as it stands there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/ingest/import.h"
#include "tests/server/ingest/import_test_util.h"

namespace jalon::server {
namespace {

using sim::Period;
using ::testing::IsEmpty;

// The fenced texts of the page that stand under a line with nothing but a name in backquotes.
std::map<std::string, std::string> Examples() {
  std::ifstream in(std::filesystem::path(JALON_SOURCE_DIR) / "docs" / "file-formats.md");
  std::map<std::string, std::string> texts;
  std::string name;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line == "```") {
      inside = !inside && !name.empty();
      if (!inside) name.clear();
    } else if (inside) {
      texts[name] += line + "\n";
    } else if (!line.empty()) {
      absl::string_view text = line;
      const bool is_name = absl::ConsumePrefix(&text, "`") && absl::ConsumeSuffix(&text, "`") &&
                           text.find_first_of("` ") == absl::string_view::npos;
      name = is_name ? std::string(text) : "";
    }
  }
  return texts;
}

class FileFormatsTest : public ::testing::Test {
 protected:
  NamedTexts Named(std::initializer_list<const char*> names) {
    NamedTexts texts;
    for (const char* name : names) {
      EXPECT_TRUE(examples_.contains(name)) << name;
      texts.emplace_back(name, examples_[name]);
    }
    return texts;
  }

  ImportOutcome ImportFolder() {
    folder_ = Named({"manifest.txt", "units.csv", "indicators.csv", "realisations.csv",
                     "driver_list.csv", "drivers.csv", "elasticities.csv"});
    return ImportNetwork({.files = FilesOf(folder_)});
  }

  std::map<std::string, std::string> examples_ = Examples();
  NamedTexts folder_;
};

double At(const sim::Revision& revision, absl::string_view unit, absl::string_view indicator,
          Period period) {
  const sim::Network& network = revision.network;
  const std::optional<int> row =
      revision.realisations.Find({*network.FindIndicator(indicator), *network.FindUnit(unit), 0});
  return row.has_value() ? revision.realisations.at(*row, period) : -1;
}

TEST_F(FileFormatsTest, TheFolderOfTheExampleIsANetwork) {
  const ImportOutcome outcome = ImportFolder();
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(outcome.counts.units, 6);
  EXPECT_EQ(outcome.counts.series, 4);
  EXPECT_EQ(outcome.counts.missing, 1);
  EXPECT_EQ(outcome.counts.drivers, 2);
  EXPECT_EQ(outcome.counts.elasticities, 1);
  EXPECT_EQ(At(*outcome.revision, "lille", "credits", Period::Month(2026, 1)), 1'250'000.5);
  const sim::Network& network = outcome.revision->network;
  EXPECT_EQ(network.unit(*network.FindUnit("lille")).attributes.at("population"), 236'710);
}

TEST_F(FileFormatsTest, AprilIsAppendedThroughItsMapping) {
  const ImportOutcome first = ImportFolder();
  ASSERT_TRUE(first.revision.has_value());
  const NamedTexts april = Named({"avril.csv"});
  const ImportOutcome second = ImportNetwork({.files = FilesOf(april),
                                              .mapping = MappingOf(examples_["avril.map"]),
                                              .mode = ImportMode::kAppend,
                                              .base = &*first.revision});
  ASSERT_THAT(Places(second.violations), IsEmpty());
  EXPECT_EQ(second.revision->realisations.last(), Period::Month(2026, 4));
  EXPECT_EQ(At(*second.revision, "lille", "credits", Period::Month(2026, 4)), 1'100'500);
  EXPECT_EQ(At(*second.revision, "amiens", "comptes", Period::Month(2026, 4)), 24);
  EXPECT_EQ(second.counts.restated, 0);
}

TEST_F(FileFormatsTest, TheObjectivesAreOfTheNetwork) {
  const ImportOutcome network = ImportFolder();
  ASSERT_TRUE(network.revision.has_value());
  const NamedTexts objectives = Named({"objectifs.csv"});
  const ObjectivesOutcome outcome =
      ImportObjectives(FilesOf(objectives), Mapping(), *network.revision);
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  ASSERT_EQ(outcome.objectives.size(), 3u);
  EXPECT_EQ(outcome.empty_cells, 1);
  EXPECT_EQ(outcome.objectives[2].ticks, 14'000);
}

TEST_F(FileFormatsTest, TheScenarioIsOfTheNetwork) {
  const ImportOutcome network = ImportFolder();
  ASSERT_TRUE(network.revision.has_value());
  const NamedTexts files = Named({"paths.csv", "events.csv"});
  const ScenarioOutcome outcome =
      ImportScenario(FilesOf(files), MappingOf(examples_["scenario.map"]), *network.revision);
  ASSERT_THAT(Places(outcome.violations), IsEmpty());
  EXPECT_EQ(outcome.scenario->id, "signature");
  ASSERT_EQ(outcome.scenario->events.size(), 1u);
  EXPECT_EQ(outcome.scenario->events[0].effect.low, -0.5);
  EXPECT_FALSE(outcome.scenario->events[0].in_baseline);
  ASSERT_EQ(outcome.scenario->drivers.size(), 1u);
  EXPECT_EQ(outcome.scenario->drivers[0].values.size(), 2u);
}

}  // namespace
}  // namespace jalon::server
