#ifndef JALON_SIM_BASE_SQUARE_H_
#define JALON_SIM_BASE_SQUARE_H_

namespace jalon::sim {

constexpr double Square(double x) { return x * x; }

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_SQUARE_H_
