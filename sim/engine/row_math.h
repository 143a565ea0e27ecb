// Arithmetic on rows of 16 paths, plain loops that compilers turn into vectors. Internal to
// sim/engine.
#ifndef JALON_SIM_ENGINE_ROW_MATH_H_
#define JALON_SIM_ENGINE_ROW_MATH_H_

#include "sim/kernel/path_rows.h"

namespace jalon::sim {

inline PathRow SameRow(double x) {
  PathRow row;
  for (int lane = 0; lane < kLanes; ++lane) row.x[lane] = x;
  return row;
}

// row += what, += factor x what, *= what; `what` is another row.
inline void AddTo(PathRow& __restrict row, const PathRow& __restrict what) {
  for (int lane = 0; lane < kLanes; ++lane) row.x[lane] += what.x[lane];
}
inline void AddTo(PathRow& __restrict row, double factor, const PathRow& __restrict what) {
  for (int lane = 0; lane < kLanes; ++lane) row.x[lane] += factor * what.x[lane];
}
inline void AddTo(PathRow& __restrict row, const PathRow& __restrict a,
                  const PathRow& __restrict b) {
  for (int lane = 0; lane < kLanes; ++lane) row.x[lane] += a.x[lane] * b.x[lane];
}
inline void ScaleBy(PathRow& __restrict row, const PathRow& __restrict what) {
  for (int lane = 0; lane < kLanes; ++lane) row.x[lane] *= what.x[lane];
}
inline void ScaleBy(PathRow& row, double factor) {
  for (int lane = 0; lane < kLanes; ++lane) row.x[lane] *= factor;
}
// row = (base + a) + b.
inline void SetSum(PathRow& __restrict row, double base, const PathRow& __restrict a,
                   const PathRow& __restrict b) {
  for (int lane = 0; lane < kLanes; ++lane) row.x[lane] = base + a.x[lane] + b.x[lane];
}

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_ROW_MATH_H_
