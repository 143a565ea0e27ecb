#include <filesystem>
#include <fstream>

#include "clients/cli/files.h"
#include "clients/cli/message_file.h"
#include "clients/cli/periods.h"
#include "clients/cli/time_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jalon/v1/scenario_service.pb.h"

namespace jalon::client {
namespace {

using ::testing::HasSubstr;

std::string TempPath(const std::string& name) {
  return (std::filesystem::path(testing::TempDir()) / name).string();
}

TEST(PeriodPlusTest, CrossesYears) {
  EXPECT_EQ(PeriodPlus("2026-11", 3), "2027-02");
  EXPECT_EQ(PeriodPlus("2026-01", -1), "2025-12");
  EXPECT_EQ(PeriodPlus("2026-Q4", 1), "2027-Q1");
}

TEST(PeriodPlusTest, LeavesOtherTextsAlone) { EXPECT_EQ(PeriodPlus("soon", 1), "soon"); }

TEST(SparklineTest, RisesWithTheValues) { EXPECT_EQ(Sparkline({0, 1, 2}, 10), "▁▅█"); }

TEST(SparklineTest, AveragesWhatDoesNotFit) { EXPECT_EQ(Sparkline({0, 0, 4, 4}, 2), "▁█"); }

TEST(TimeTextTest, IsEmptyWhenUnset) { EXPECT_EQ(TimeText({}), ""); }

TEST(ReadUploadsTest, TakesTheTablesOfAFolderByName) {
  const std::string folder = TempPath("uploads");
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/b.csv") << "b";
  std::ofstream(folder + "/a.csv") << "a";
  std::ofstream(folder + "/notes.pdf") << "no";

  const auto files = ReadUploads({folder});

  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ(files->size(), 2u);
  EXPECT_EQ((*files)[0].name, "a.csv");
  EXPECT_EQ((*files)[1].bytes, "b");
}

TEST(ReadUploadsTest, NamesAFileThatIsNotThere) {
  EXPECT_THAT(std::string(ReadUploads({"/no/such.csv"}).status().message()),
              HasSubstr("/no/such.csv"));
}

TEST(ReadUploadsTest, RefusesTwoFilesOfOneName) {
  const std::string folder = TempPath("twice");
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/a.csv") << "a";

  EXPECT_EQ(ReadUploads({folder, folder + "/a.csv"}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(MessageFileTest, ReadsWhatItWroteInBothForms) {
  v1::Scenario scenario;
  scenario.set_display_name("Taux élevés");
  scenario.add_drivers()->set_driver("livret_a");
  for (const bool json : {false, true}) {
    const std::string path = TempPath(json ? "scenario.json" : "scenario.textproto");
    ASSERT_TRUE(WriteFile(path, MessageText(scenario, json)).ok());
    v1::Scenario read;
    ASSERT_TRUE(ParseMessageFile(path, read).ok());
    EXPECT_EQ(read.SerializeAsString(), scenario.SerializeAsString());
  }
}

TEST(MessageFileTest, SaysWhereTextFormatIsWrong) {
  const std::string path = TempPath("wrong.textproto");
  ASSERT_TRUE(WriteFile(path, "display_name: \"x\"\nslidr: 3\n").ok());
  v1::Scenario scenario;

  EXPECT_THAT(std::string(ParseMessageFile(path, scenario).message()), HasSubstr(":2:"));
}

TEST(MessageFileTest, SaysWhatIsWrongInJson) {
  const std::string path = TempPath("wrong.json");
  ASSERT_TRUE(WriteFile(path, "{\"slidr\": 3}").ok());
  v1::Scenario scenario;

  EXPECT_THAT(std::string(ParseMessageFile(path, scenario).message()), HasSubstr("slidr"));
}

}  // namespace
}  // namespace jalon::client
