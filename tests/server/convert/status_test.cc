#include "server/convert/status.h"

#include <gtest/gtest.h>

#include <string>

#include "sim/base/violation.h"

namespace jalon::server {
namespace {

// A text of `count` two-byte characters, begun by one of a single byte.
std::string Accents(int count) {
  std::string text = "x";
  for (int i = 0; i < count; ++i) text += "\u00e9";
  return text;
}

v1::ViolationDetails DetailsOf(const absl::Status& status) {
  v1::Status envelope;
  EXPECT_TRUE(envelope.ParseFromString(StatusDetails(status)));
  v1::ViolationDetails details;
  for (const google::protobuf::Any& any : envelope.details()) {
    if (!any.Is<v1::ViolationDetails>()) continue;
    EXPECT_TRUE(any.UnpackTo(&details));
  }
  return details;
}

TEST(StatusTest, CutsLongTextsBetweenCharacters) {
  const absl::Status status = sim::ViolationStatus(
      {.field = "x", .rule = Accents(500), .reason = "TOO_LONG", .message = Accents(900)});
  const v1::ViolationDetails details = DetailsOf(status);
  ASSERT_EQ(details.violations_size(), 1);
  EXPECT_EQ(details.violations(0).rule(), Accents(199));
  EXPECT_EQ(StatusMessage(status).size() % 2, 1u);
}

TEST(StatusTest, CountsTheViolationsItLeavesOut) {
  sim::Violations violations;
  for (int i = 0; i < 50; ++i) {
    violations.Add({.field = "x", .rule = Accents(500), .reason = "TOO_LONG"});
  }
  const v1::ViolationDetails details = DetailsOf(violations.ToStatus());
  EXPECT_EQ(details.total_count(), 50);
  EXPECT_LT(details.violations_size(), kMaxDetailViolations);
  EXPECT_GT(details.violations_size(), 0);
  EXPECT_LE(StatusDetails(violations.ToStatus()).size(), kMaxDetailBytes);
}

}  // namespace
}  // namespace jalon::server
