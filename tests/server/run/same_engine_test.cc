// A path is replayed by the engine that drew it, or not at all.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/run/run_provenance.h"

namespace jalon::server {
namespace {

v1::Provenance Of(const std::string& engine_version) {
  v1::Provenance provenance;
  provenance.set_engine_version(engine_version);
  return provenance;
}

TEST(SameEngineTest, LetsARunOfThisEngineReplay) {
  EXPECT_TRUE(CheckSameEngine(Of("conditional-2+sampled-2"), Of("conditional-2+sampled-2")).ok());
}

TEST(SameEngineTest, RefusesARunOfAnotherEngineNamingBoth) {
  const absl::Status status = CheckSameEngine(Of("sampled-1"), Of("sampled-2"));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("sampled-1"));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("sampled-2"));
}

}  // namespace
}  // namespace jalon::server
