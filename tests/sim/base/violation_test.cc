#include "sim/base/violation.h"

#include <sstream>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace jalon::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kTypeUrl[] = "jalon.dev/violations";

Violation UnknownUnit(int i) {
  return {.field = absl::StrCat("objectives[", i, "].unit"),
          .value = "B9",
          .rule = "must be a unit of the network",
          .reason = "UNKNOWN_UNIT"};
}

Violation Complete() {
  return {.field = "rows[2].value",
          .value = std::string("1\0\x1f\"", 4),
          .rule = "must be >= 0",
          .reason = "NEGATIVE",
          .message = "own words",
          .file = "facts.csv",
          .line = 12,
          .column = 3};
}

std::string PayloadOf(const absl::Status& status) {
  return std::string(*status.GetPayload(kTypeUrl));
}

absl::Status StatusWithPayload(const std::string& payload) {
  absl::Status status = absl::InvalidArgumentError("bad");
  status.SetPayload(kTypeUrl, absl::Cord(payload));
  return status;
}

TEST(ViolationsTest, StartEmptyAndOk) {
  const Violations violations;
  EXPECT_TRUE(violations.empty());
  EXPECT_TRUE(violations.ToStatus().ok());
}

TEST(ViolationsTest, FillAMissingMessage) {
  Violations violations;
  violations.Add(UnknownUnit(3));
  EXPECT_EQ(violations.kept()[0].message,
            "objectives[3].unit: must be a unit of the network (found \"B9\")");
}

TEST(ViolationsTest, SayNothingOfAMissingValue) {
  Violations violations;
  violations.Add({.field = "seed", .rule = "must be given"});
  EXPECT_EQ(violations.kept()[0].message, "seed: must be given");
}

TEST(ViolationsTest, KeepAGivenMessage) {
  Violations violations;
  violations.Add(Complete());
  EXPECT_THAT(violations.kept(), ElementsAre(Complete()));
}

TEST(ViolationsTest, CutALongValueAtACharacter) {
  Violations violations;
  violations.Add({.field = "a", .value = std::string(300, 'x')});
  violations.Add({.field = "b", .value = absl::StrCat(std::string(199, 'x'), "é", "yyy")});
  EXPECT_EQ(violations.kept()[0].value, std::string(200, 'x'));
  EXPECT_EQ(violations.kept()[1].value, std::string(199, 'x'));
}

TEST(ViolationsTest, CutBytesThatAreNotText) {
  Violations violations;
  violations.Add({.field = "a", .value = std::string(300, '\x80')});
  EXPECT_LE(violations.kept()[0].value.size(), 200u);
  EXPECT_GE(violations.kept()[0].value.size(), 196u);
}

TEST(ViolationsTest, KeepTheFirstAndCountAll) {
  Violations violations(/*limit=*/2);
  for (int i = 0; i < 5; ++i) violations.Add(UnknownUnit(i));
  EXPECT_EQ(violations.total_count(), 5);
  ASSERT_THAT(violations.kept(), SizeIs(2));
  EXPECT_EQ(violations.kept()[1].field, "objectives[1].unit");
}

TEST(ViolationsTest, MergeCountsTheOverflowOfTheOther) {
  Violations small(/*limit=*/1);
  for (int i = 0; i < 4; ++i) small.Add(UnknownUnit(i));
  Violations all(/*limit=*/2);
  all.Add(Complete());
  all.Merge(small);
  EXPECT_EQ(all.total_count(), 5);
  EXPECT_THAT(all.kept(), SizeIs(2));
}

TEST(ViolationsTest, MergeWithItselfDoubles) {
  Violations violations;
  violations.Add(UnknownUnit(0));
  violations.Add(UnknownUnit(1));
  violations.Merge(violations);
  EXPECT_EQ(violations.total_count(), 4);
  EXPECT_THAT(violations.kept(), SizeIs(4));
}

TEST(ViolationsTest, StatusNamesTheFirstAndTheCount) {
  Violations violations;
  violations.Add(Complete());
  violations.Add(UnknownUnit(0));
  const absl::Status status = violations.ToStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "facts.csv:12:3: own words (and 1 more)");
}

TEST(ViolationsTest, PrintPlaceMessageAndReason) {
  std::ostringstream out;
  out << Complete();
  EXPECT_EQ(out.str(), "facts.csv:12:3: own words [NEGATIVE]");
}

TEST(ViolationsTest, ComeBackFromAStatus) {
  Violations violations;
  violations.Add(Complete());
  violations.Add(UnknownUnit(0));
  const Violations back = ViolationsFromStatus(violations.ToStatus());
  EXPECT_EQ(back.kept(), violations.kept());
  EXPECT_EQ(back.total_count(), 2);
}

TEST(ViolationsTest, StatusCarriesAThousandAndTheTotal) {
  Violations violations;
  for (int i = 0; i < 1500; ++i) violations.Add(UnknownUnit(i));
  const Violations back = ViolationsFromStatus(violations.ToStatus());
  EXPECT_THAT(back.kept(), SizeIs(1000));
  EXPECT_EQ(back.total_count(), 1500);
}

TEST(ViolationsTest, ALimitOfZeroStillFails) {
  Violations violations(/*limit=*/0);
  violations.Add(Complete());
  const absl::Status status = violations.ToStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ViolationsFromStatus(status).total_count(), 1);
}

TEST(ViolationsTest, OtherStatusesCarryNone) {
  EXPECT_TRUE(ViolationsFromStatus(absl::OkStatus()).empty());
  EXPECT_TRUE(ViolationsFromStatus(absl::InternalError("x")).empty());
}

TEST(ViolationsTest, ATruncatedPayloadCarriesNone) {
  const std::string payload = PayloadOf(ViolationStatus(Complete()));
  for (size_t size = 0; size < payload.size(); ++size) {
    // A cut right after the counts is a valid payload that keeps nothing.
    const int64_t expected = size == 16 ? 1 : 0;
    const Violations back = ViolationsFromStatus(StatusWithPayload(payload.substr(0, size)));
    ASSERT_EQ(back.total_count(), expected) << size;
    ASSERT_THAT(back.kept(), IsEmpty());
  }
}

TEST(ViolationsTest, ADamagedPayloadIsReadWithoutHarm) {
  const std::string payload = PayloadOf(ViolationStatus(Complete()));
  for (size_t i = 0; i < payload.size(); ++i) {
    std::string damaged = payload;
    damaged[i] = '\xff';
    const Violations back = ViolationsFromStatus(StatusWithPayload(damaged));
    ASSERT_LE(static_cast<int64_t>(back.kept().size()), back.total_count()) << i;
  }
}

TEST(ViolationsTest, OneViolationMakesAStatus) {
  const Violations back = ViolationsFromStatus(ViolationStatus(UnknownUnit(1)));
  ASSERT_THAT(back.kept(), SizeIs(1));
  EXPECT_THAT(back.kept()[0].message, HasSubstr("objectives[1].unit"));
}

}  // namespace
}  // namespace jalon::sim
