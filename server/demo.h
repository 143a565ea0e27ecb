// Loads the made-up bank network of sim/demo as a network `demo`.
#ifndef JALON_SERVER_DEMO_H_
#define JALON_SERVER_DEMO_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/rpc/environment.h"
#include "sim/demo/demo.h"

namespace jalon::server {

inline constexpr char kDemoNetwork[] = "networks/demo";

// `small`, `default` or `large`. Errors: kInvalidArgument naming the three.
absl::StatusOr<sim::DemoSize> ParseDemoSize(absl::string_view text);

// Keeps the demo's data, the model it was drawn from (`truth`), its scenarios and its objectives,
// unless there is a network `demo` already: whatever it holds then stays as it is. Everything or
// nothing. Returns what people should know, in lines. Waits for the store. Cost: about a second for
// kSmall, some seconds for the others.
absl::StatusOr<std::string> LoadDemo(Environment& environment, sim::DemoSize size);

}  // namespace jalon::server

#endif  // JALON_SERVER_DEMO_H_
