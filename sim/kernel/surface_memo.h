// Where surfaces of compounds' sizes are kept between uses: each is a pure function of its shape,
// and costs 30 ms to make.
#ifndef JALON_SIM_KERNEL_SURFACE_MEMO_H_
#define JALON_SIM_KERNEL_SURFACE_MEMO_H_

#include <memory>

#include "sim/kernel/surface.h"

namespace jalon::sim {

// Owned by the caller, who bounds it: it may let go of what it holds at any time, as a surface is
// made again with the same bits. Must be thread-safe where several threads make laws with it.
class SurfaceMemo {
 public:
  virtual ~SurfaceMemo() = default;
  // What was put for that shape, unchanged; null when it is not held.
  virtual std::shared_ptr<const Surface> Get(double shape) = 0;
  // A whole surface. Two threads that make the same one at once both put it.
  virtual void Put(double shape, std::shared_ptr<const Surface> surface) = 0;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_SURFACE_MEMO_H_
