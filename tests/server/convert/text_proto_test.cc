#include "server/convert/text_proto.h"

#include <gtest/gtest.h>

#include "jalon/v1/violation.pb.h"
#include "sim/base/violation.h"

namespace jalon::server {
namespace {

TEST(TextProtoTest, NamesThePlaceOfWhatItDoesNotKnow) {
  v1::Violation message;
  const absl::Status status = ReadTextProto("line: 3\ncolour: 1\n", &message);
  const sim::Violations violations = sim::ViolationsFromStatus(status);
  ASSERT_EQ(violations.total_count(), 1);
  EXPECT_EQ(violations.kept()[0].reason, "BAD_TEXT_PROTO");
  EXPECT_EQ(violations.kept()[0].line, 2);
}

TEST(TextProtoTest, RefusesTextThatNoMessageMayHold) {
  v1::Violation message;
  const absl::Status status = ReadTextProto("field: \"\\377\"", &message);
  const sim::Violations violations = sim::ViolationsFromStatus(status);
  ASSERT_EQ(violations.total_count(), 1);
  EXPECT_EQ(violations.kept()[0].reason, "NOT_UTF8");
}

TEST(TextProtoTest, ReadsWhatItWrites) {
  v1::Violation message;
  message.set_field("objectives[3].unit");
  message.set_line(7);
  v1::Violation read;
  ASSERT_TRUE(ReadTextProto(WriteTextProto(message), &read).ok());
  EXPECT_EQ(read.SerializeAsString(), message.SerializeAsString());
}

}  // namespace
}  // namespace jalon::server
