#include "server/store/page_token.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "absl/strings/escaping.h"

namespace jalon::server {
namespace {

ListQuery QueryWith(std::string token) {
  return {"runs", "networks/fr", std::nullopt, 0, std::move(token)};
}

TEST(PageTokenTest, GoesThereAndBack) {
  const PageCursor cursor{1'767'225'600'000'001, "networks/fr/runs/a"};
  const std::string token = EncodePageToken(QueryWith(""), cursor);
  EXPECT_EQ(*DecodePageToken(QueryWith(token)), cursor);
}

TEST(PageTokenTest, IsEmptyForTheFirstPage) {
  EXPECT_EQ(*DecodePageToken(QueryWith("")), std::nullopt);
}

TEST(PageTokenTest, TellsNoParentFromTheEmptyParent) {
  const ListQuery any{.kind = "runs"};
  ListQuery top{.kind = "runs", .parent = ""};
  top.page_token = EncodePageToken(any, {1, "networks/fr"});
  EXPECT_EQ(DecodePageToken(top).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(PageTokenTest, RefusesRandomBytes) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string raw(random() % 64, '\0');
    for (char& c : raw) c = static_cast<char>(random());
    // The empty token is the first page.
    for (const std::string& token : {raw, absl::WebSafeBase64Escape(raw)}) {
      if (token.empty()) continue;
      EXPECT_EQ(DecodePageToken(QueryWith(token)).status().code(),
                absl::StatusCode::kInvalidArgument);
    }
  }
}

TEST(PageTokenTest, BoundsThePageSize) {
  EXPECT_EQ(*EffectivePageSize({.page_size = 0}), 50);
  EXPECT_EQ(*EffectivePageSize({.page_size = 1}), 1);
  EXPECT_EQ(*EffectivePageSize({.page_size = 1'000'000}), 1000);
  EXPECT_FALSE(EffectivePageSize({.page_size = -1}).ok());
}

}  // namespace
}  // namespace jalon::server
