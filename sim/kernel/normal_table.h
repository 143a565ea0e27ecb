// The normal quantile of the kernels: one uniform of 32 bits, one float, by table.
#ifndef JALON_SIM_KERNEL_NORMAL_TABLE_H_
#define JALON_SIM_KERNEL_NORMAL_TABLE_H_

#include <cstdint>

namespace jalon::sim {

inline constexpr int kNormalDegree = 5;
inline constexpr int kNormalOctaves = 16;
// Tails m (see below) under this are not in the table: one draw in 32,768.
inline constexpr int32_t kNormalTail = 1 << 16;

// Let m = u for u < 2^31 and ~u otherwise: (m + 1/2) / 2^32 is the probability of the nearer tail.
// With m + 1/2 = 2^e t, 1 <= t < 2, and m >= kNormalTail, the quantile of that tail is
//   sum over k of coefficient[k][(e + 127) & 15] (t - 3/2)^k,
// negative, and of the other sign for the upper tail (e + 127 is how a float stores e). Each octave
// e = 16..30 interpolates NormalInverseCdf at 6 points, both ends included, so neighbours meet. The
// column left over, e = 31, is 0: the median.
// Below kNormalTail the quantile is NormalInverseCdf itself, rounded.
//
// Absolute error at most 1e-5; increasing on any grid of u not finer than 2^12 (float rounding may
// swap neighbours by one unit of the last place). Same bits on machines with FMA.
struct NormalTable {
  alignas(64) float coefficient[kNormalDegree + 1][kNormalOctaves];
};

// Built once, by arithmetic of sim/base alone.
const NormalTable& GetNormalTable();

// The quantile in a tail that the table leaves out, m < kNormalTail: negative.
float NormalTailQuantile(int32_t m);

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_NORMAL_TABLE_H_
