#include "server/ingest/encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jalon::server {
namespace {

sim::Violation RefusalOf(absl::string_view bytes, Encoding encoding = Encoding::kUtf8) {
  const absl::StatusOr<DecodedText> decoded = DecodeText(bytes, encoding, "f.csv");
  if (decoded.ok()) return {};
  return sim::ViolationsFromStatus(decoded.status()).kept().at(0);
}

TEST(DecodeTextTest, LeavesUtf8WhereItIs) {
  const std::string bytes = "ville\nOrléans\n";
  const absl::StatusOr<DecodedText> decoded = DecodeText(bytes, Encoding::kUtf8, "f.csv");
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->View().data(), bytes.data());
  EXPECT_FALSE(decoded->byte_order_mark);
}

TEST(DecodeTextTest, DropsTheByteOrderMark) {
  const absl::StatusOr<DecodedText> decoded =
      DecodeText("\xEF\xBB\xBFid;label", Encoding::kUtf8, "f.csv");
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->View(), "id;label");
  EXPECT_TRUE(decoded->byte_order_mark);
}

TEST(DecodeTextTest, AByteOrderMarkOverrulesADeclaredEncoding) {
  const absl::StatusOr<DecodedText> decoded = DecodeText(
      "\xEF\xBB\xBFOrl\xC3\xA9"
      "ans",
      Encoding::kLatin1, "f.csv");
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->View(), "Orléans");
}

TEST(DecodeTextTest, RefusesEmptyFiles) {
  EXPECT_EQ(RefusalOf("").reason, "EMPTY_FILE");
  EXPECT_EQ(RefusalOf(" \r\n\n").reason, "EMPTY_FILE");
  EXPECT_EQ(RefusalOf("\xEF\xBB\xBF").reason, "EMPTY_FILE");
}

TEST(DecodeTextTest, PointsAtTheByteThatIsNotUtf8AndSaysHowToGoOn) {
  const sim::Violation refusal = RefusalOf(
      "id;label\n1;Orl\xE9"
      "ans\n");
  EXPECT_EQ(refusal.reason, "INVALID_UTF8");
  EXPECT_EQ(refusal.line, 2);
  EXPECT_EQ(refusal.column, 6);
  EXPECT_EQ(refusal.value, "byte 0xe9");
  EXPECT_THAT(refusal.rule, testing::HasSubstr("encoding = windows-1252"));
}

TEST(DecodeTextTest, RefusesNulAndControlCharactersWithTheirPlace) {
  const sim::Violation refusal = RefusalOf(absl::string_view("id,label\n1,a\0b\n", 15));
  EXPECT_EQ(refusal.reason, "CONTROL_CHARACTER");
  EXPECT_EQ(refusal.line, 2);
  EXPECT_EQ(refusal.column, 4);
  EXPECT_EQ(RefusalOf("a long enough text\x7F to be read by words").reason, "CONTROL_CHARACTER");
  EXPECT_EQ(RefusalOf("a long enough text\x01 to be read by words").reason, "CONTROL_CHARACTER");
}

TEST(DecodeTextTest, RefusesALoneCarriageReturn) {
  EXPECT_EQ(RefusalOf("id,label\r1,a\r").reason, "CONTROL_CHARACTER");
}

TEST(DecodeTextTest, RefusesUtf16) {
  EXPECT_EQ(RefusalOf(absl::string_view("\xFF\xFEi\0d\0", 6)).reason, "UNSUPPORTED_UTF16");
}

TEST(DecodeTextTest, ConvertsDeclaredSingleByteText) {
  const absl::StatusOr<DecodedText> latin1 = DecodeText(
      "Orl\xE9"
      "ans",
      Encoding::kLatin1, "f.csv");
  ASSERT_TRUE(latin1.ok());
  EXPECT_EQ(latin1->View(), "Orléans");
  const absl::StatusOr<DecodedText> windows =
      DecodeText("\x80 c\x9Cur", Encoding::kWindows1252, "f.csv");
  ASSERT_TRUE(windows.ok());
  EXPECT_EQ(windows->View(), "€ cœur");
  EXPECT_EQ(RefusalOf("\x80", Encoding::kLatin1).reason, "CONTROL_CHARACTER");
}

TEST(Utf8SequenceLengthTest, RefusesOverlongFormsSurrogatesAndTooLargeCodePoints) {
  EXPECT_EQ(Utf8SequenceLength("\xC0\x80"), 0);
  EXPECT_EQ(Utf8SequenceLength("\xE0\x80\x80"), 0);
  EXPECT_EQ(Utf8SequenceLength("\xED\xA0\x80"), 0);
  EXPECT_EQ(Utf8SequenceLength("\xF4\x90\x80\x80"), 0);
  EXPECT_EQ(Utf8SequenceLength("\xE2\x82"), 0);
  EXPECT_EQ(Utf8SequenceLength("€"), 3);
  EXPECT_EQ(Utf8SequenceLength("\xF0\x9F\x8F\xA6"), 4);
}

TEST(TrimBlanksTest, RemovesNoBreakSpacesToo) {
  EXPECT_EQ(TrimBlanks(" \xC2\xA0"
                       "12 34\xE2\x80\xAF\t"),
            "12 34");
  EXPECT_EQ(TrimBlanks("\xC2\xA0"), "");
}

}  // namespace
}  // namespace jalon::server
