// Constants of the middle of NormalInverseCdf (math.h), for what computes it on several numbers at
// once with the same bits (sim/kernel/path_rows.h).
#ifndef JALON_SIM_BASE_NORMAL_CONSTANTS_H_
#define JALON_SIM_BASE_NORMAL_CONSTANTS_H_

namespace jalon::sim {

// Chances within this of 1/2, and its square: the central range of [Wichura1988], algorithm AS 241,
// PPND16.
inline constexpr double kCentralReach = 0.425;
inline constexpr double kCentralSquare = 0.180625;
inline constexpr double kCentralNumerator[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                                                1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                                4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                                3.3430575583588128105e+4, 2.5090809287301226727e+3};
inline constexpr double kCentralDenominator[8] = {1.0,
                                                  4.2313330701600911252e+1,
                                                  6.8718700749205790830e+2,
                                                  5.3941960214247511077e+3,
                                                  2.1213794301586595867e+4,
                                                  3.9307895800092710610e+4,
                                                  2.8729085735721942674e+4,
                                                  5.2264952788528545610e+3};

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_NORMAL_CONSTANTS_H_
