#include "server/base/file_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/temp_dir.h"

namespace jalon::server {
namespace {

using ::testing::HasSubstr;

TEST(FileLockTest, RefusesASecondHolderAndNamesTheFirst) {
  TempDir dir;
  absl::StatusOr<FileLock> first = FileLock::Acquire(dir.path());
  ASSERT_TRUE(first.ok()) << first.status();
  absl::StatusOr<FileLock> second = FileLock::Acquire(dir.path());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(dir.path()));
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr(absl::StrCat("process ", getpid(), ";")));
}

TEST(FileLockTest, LetsGoAtTheEndOfItsLife) {
  TempDir dir;
  { ASSERT_TRUE(FileLock::Acquire(dir.path()).ok()); }
  EXPECT_TRUE(FileLock::Acquire(dir.path()).ok());
}

TEST(FileLockTest, HoldsOnThroughAMove) {
  TempDir dir;
  absl::StatusOr<FileLock> first = FileLock::Acquire(dir.path());
  ASSERT_TRUE(first.ok());
  FileLock kept = *std::move(first);
  EXPECT_FALSE(FileLock::Acquire(dir.path()).ok());
}

TEST(FileLockTest, IsNotStoppedByAFileLeftBehind) {
  TempDir dir;
  std::ofstream(dir.path() + "/LOCK") << "999999999\n";
  EXPECT_TRUE(FileLock::Acquire(dir.path()).ok());
}

TEST(FileLockTest, ReportsAMissingDirectory) {
  TempDir dir;
  EXPECT_EQ(FileLock::Acquire(dir.path() + "/nowhere").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace jalon::server
