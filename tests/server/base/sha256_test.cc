#include "server/base/sha256.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace jalon::server {
namespace {

// Known answers of FIPS 180-2, appendix B.
constexpr char kAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char kEmpty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr char kMillionA[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256Test, GivesTheKnownAnswers) {
  EXPECT_EQ(ToHex(Sha256("abc")), kAbc);
  EXPECT_EQ(ToHex(Sha256("")), kEmpty);
  EXPECT_EQ(ToHex(Sha256(std::string(1'000'000, 'a'))), kMillionA);
}

TEST(Sha256Test, HashesPiecesLikeTheWhole) {
  Sha256Hasher hasher;
  hasher.Update("a");
  Sha256Hasher moved = std::move(hasher);
  moved.Update("");
  moved.Update("bc");
  EXPECT_EQ(ToHex(moved.Finish()), kAbc);
}

TEST(Sha256Test, ParsesItsHexadecimalForm) {
  EXPECT_EQ(ParseSha256Hex(kAbc), Sha256("abc"));
  EXPECT_EQ(ParseSha256Hex(std::string(64, 'A')), ParseSha256Hex(std::string(64, 'a')));
}

TEST(Sha256Test, RefusesOtherText) {
  EXPECT_EQ(ParseSha256Hex(""), std::nullopt);
  EXPECT_EQ(ParseSha256Hex(std::string(63, 'a')), std::nullopt);
  EXPECT_EQ(ParseSha256Hex(std::string(65, 'a')), std::nullopt);
  EXPECT_EQ(ParseSha256Hex(std::string(64, 'g')), std::nullopt);
}

TEST(Sha256Test, GoesToRawBytesAndBack) {
  const Sha256Digest digest = Sha256("abc");
  EXPECT_EQ(DigestBytes(digest).size(), 32u);
  EXPECT_EQ(DigestFromBytes(DigestBytes(digest)), digest);
  EXPECT_EQ(DigestFromBytes("short"), std::nullopt);
}

}  // namespace
}  // namespace jalon::server
