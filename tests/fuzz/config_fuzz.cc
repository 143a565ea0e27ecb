// The configuration file of `jalond`.
#include "server/config.h"
#include "tests/fuzz/fuzz_util.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto config = jalon::server::ParseConfig(jalon::TextOf(data, size));
  if (!config.ok()) return 0;
  jalon::Require(config->thread_count >= 0 && config->thread_count <= 1024);
  jalon::Require(config->limits.calls > 0 && config->limits.cache_bytes > 0);
  return 0;
}
