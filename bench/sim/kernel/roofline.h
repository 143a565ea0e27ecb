// What this machine can do at best, measured in the same run as what is compared with it.
#ifndef JALON_BENCH_SIM_KERNEL_ROOFLINE_H_
#define JALON_BENCH_SIM_KERNEL_ROOFLINE_H_

#include "sim/engine/executor.h"

namespace jalon::bench {

// Fused multiply-adds of floats on registers alone, 10^9 a second, over all threads of `executor`,
// timed by the wall: what a pure loop gains from more threads, kernels can hope for.
double FmaRate(sim::Executor& executor);

// Nanoseconds a cell of W costs on one core if nothing but its arithmetic took time: `factors`
// fused multiply-adds at the rate of registers; and, each alone on arrays in the first cache, a
// quarter of Philox's four words, a normal, 2^x and an addition.
struct Roofline {
  double factors = 0.0;
  double words = 0.0;
  double normal = 0.0;
  double power = 0.0;
  double sampled() const { return factors + words + normal + power; }
};
Roofline MeasureRoofline(int factors);

}  // namespace jalon::bench

#endif  // JALON_BENCH_SIM_KERNEL_ROOFLINE_H_
