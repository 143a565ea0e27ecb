// How likely two events are together. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_JOINT_CHANCE_H_
#define JALON_SIM_ENGINE_CONDITIONAL_JOINT_CHANCE_H_

namespace jalon::sim {

// The chance that both of two events happen, of chances p and q in [0, 1], where each is a normal
// number below a bound (or each above) and the two have this correlation, taken as within
// +- 0.99. [DreznerWesolowsky1990] by twelve points: 1e-6 up to a correlation of 0.8, 1e-3 at 0.99;
// always inside [max(p + q - 1, 0), min(p, q)]. 0.3 us.
double JointChance(double p, double q, double correlation);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_JOINT_CHANCE_H_
