#include "server/store/sqlite_schema.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"

namespace jalon::server {
namespace {

constexpr Migration kSteps[] = {
    {1, "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1)"},
    {2, "ALTER TABLE a ADD COLUMN y INTEGER; UPDATE a SET y = x + 1"},
    {3, "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO b SELECT y FROM a; DROP TABLE a"},
};

class SchemaTest : public ::testing::Test {
 protected:
  SchemaTest() : database_(dir_.path() + "/f.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {
    Configure(database_, "FULL");
  }
  absl::Status MigrateTo(int version) {
    return Migrate(database_, std::span(kSteps, version), BackupPath());
  }
  std::string BackupPath() const { return dir_.path() + "/backup-"; }
  std::string Ask(const std::string& sql) { return database_.execAndGet(sql).getString(); }

  TempDir dir_;
  SQLite::Database database_;
};

TEST_F(SchemaTest, NumbersItsMigrationsFromOne) {
  int expected = 0;
  for (const Migration& migration : StoreMigrations()) EXPECT_EQ(migration.to_version, ++expected);
}

TEST_F(SchemaTest, SetsWhatTheStoreReliesOn) {
  EXPECT_EQ(Ask("PRAGMA locking_mode"), "exclusive");
  EXPECT_EQ(Ask("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(Ask("PRAGMA synchronous"), "2");
  EXPECT_EQ(Ask("PRAGMA foreign_keys"), "1");
  EXPECT_EQ(Ask("PRAGMA trusted_schema"), "0");
  EXPECT_EQ(Ask("PRAGMA cell_size_check"), "1");
  EXPECT_EQ(Ask("PRAGMA mmap_size"), "0");
}

TEST_F(SchemaTest, MakesEveryTableStrict) {
  ASSERT_TRUE(Migrate(database_, StoreMigrations(), BackupPath()).ok());
  EXPECT_EQ(Ask("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND strict = 0 "
                "AND name NOT LIKE 'sqlite_%'"),
            "0");
}

TEST_F(SchemaTest, GoesThroughEveryStep) {
  ASSERT_TRUE(MigrateTo(3).ok());
  EXPECT_EQ(Ask("SELECT x FROM b"), "2");
  EXPECT_EQ(Ask("PRAGMA user_version"), "3");
}

TEST_F(SchemaTest, GivesTheSameTablesFromAnyEarlierVersion) {
  for (int from = 1; from <= 3; ++from) {
    TempDir dir;
    SQLite::Database database(dir.path() + "/f.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    Configure(database, "FULL");
    ASSERT_TRUE(Migrate(database, std::span(kSteps, from), BackupPath()).ok());
    ASSERT_TRUE(Migrate(database, kSteps, BackupPath()).ok());
    EXPECT_EQ(database.execAndGet("SELECT x FROM b").getInt(), 2) << from;
  }
}

TEST_F(SchemaTest, KeepsACopyOfTheFileItChanges) {
  ASSERT_TRUE(MigrateTo(1).ok());
  EXPECT_FALSE(std::filesystem::exists(BackupPath() + "0"));
  ASSERT_TRUE(MigrateTo(3).ok());
  SQLite::Database copy(BackupPath() + "1", SQLite::OPEN_READONLY);
  EXPECT_EQ(copy.execAndGet("SELECT x FROM a").getInt(), 1);
  EXPECT_EQ(copy.execAndGet("PRAGMA user_version").getInt(), 1);
}

TEST_F(SchemaTest, StaysAtTheLastGoodStepWhenOneFails) {
  const std::vector<Migration> steps = {
      kSteps[0], {2, "ALTER TABLE a ADD COLUMN y INTEGER; INSERT INTO missing VALUES (1)"}};
  EXPECT_THROW(Migrate(database_, steps, BackupPath()).IgnoreError(), SQLite::Exception);
  EXPECT_EQ(Ask("PRAGMA user_version"), "1");
  EXPECT_THROW(Ask("SELECT y FROM a"), SQLite::Exception);
  EXPECT_TRUE(MigrateTo(3).ok());
}

TEST_F(SchemaTest, RefusesToGoBack) {
  ASSERT_TRUE(MigrateTo(3).ok());
  EXPECT_EQ(MigrateTo(2).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Ask("PRAGMA user_version"), "3");
}

}  // namespace
}  // namespace jalon::server
