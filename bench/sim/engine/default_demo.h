// The network that the engine's benches run on: the default demo.
#ifndef JALON_BENCH_SIM_ENGINE_DEFAULT_DEMO_H_
#define JALON_BENCH_SIM_ENGINE_DEFAULT_DEMO_H_

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/status/statusor.h"
#include "sim/demo/demo.h"

namespace jalon::sim {

// Ends the program, saying why, when there is no value.
template <typename T>
T ValueOrDie(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::cerr << value.status() << "\n";
  std::abort();
}

inline const Demo& DefaultDemo() {
  static const Demo demo = ValueOrDie(MakeDemo({}));
  return demo;
}

}  // namespace jalon::sim

#endif  // JALON_BENCH_SIM_ENGINE_DEFAULT_DEMO_H_
