#include "sim/demo/draws.h"

#include "sim/base/hash64.h"
#include "sim/random/stream.h"

namespace jalon::sim {
namespace {

StreamKey KeyOf(absl::string_view topic, int index) {
  return {
      .purpose = Purpose::kGenerator, .id = Hash64(topic), .path = static_cast<uint64_t>(index)};
}

}  // namespace

double DemoDraws::Uniform(absl::string_view topic, int index) const {
  return DrawUniform(seed_, KeyOf(topic, index));
}

double DemoDraws::Normal(absl::string_view topic, int index) const {
  return DrawNormal(seed_, KeyOf(topic, index));
}

}  // namespace jalon::sim
