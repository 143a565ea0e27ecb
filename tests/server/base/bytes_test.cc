#include "server/base/bytes.h"

#include <gtest/gtest.h>

#include <limits>

namespace jalon::server {
namespace {

TEST(BytesTest, ReadsBackWhatWasWritten) {
  const std::string bytes = ByteWriter()
                                .U64(0x0123456789abcdef)
                                .I64(std::numeric_limits<int64_t>::min())
                                .String("réseau")
                                .String("")
                                .Raw("xy")
                                .bytes();
  ByteReader reader(bytes);
  EXPECT_EQ(reader.U64(), 0x0123456789abcdefu);
  EXPECT_EQ(reader.I64(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(reader.String(), "réseau");
  EXPECT_EQ(reader.String(), "");
  EXPECT_EQ(reader.Raw(2), "xy");
  EXPECT_TRUE(reader.AtEnd());
}

TEST(BytesTest, WritesTheLeastSignificantByteFirst) {
  EXPECT_EQ(ByteWriter().U64(0x0201).bytes(), std::string("\x01\x02\0\0\0\0\0\0", 8));
}

TEST(BytesTest, KeepsFieldsApart) {
  EXPECT_NE(ByteWriter().String("ab").String("c").bytes(),
            ByteWriter().String("a").String("bc").bytes());
}

TEST(BytesTest, RefusesAStringLongerThanWhatIsLeft) {
  const std::string bytes = ByteWriter().U64(1'000'000).Raw("abc").bytes();
  ByteReader reader(bytes);
  EXPECT_EQ(reader.String(), std::nullopt);
  EXPECT_FALSE(reader.AtEnd());
}

TEST(BytesTest, StaysFailedAfterTheFirstMissingByte) {
  ByteReader reader("abc");
  EXPECT_EQ(reader.U64(), std::nullopt);
  EXPECT_EQ(reader.Raw(1), std::nullopt);
  EXPECT_FALSE(reader.AtEnd());
}

}  // namespace
}  // namespace jalon::server
