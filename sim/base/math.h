// Elementary and special functions with the same bits on every x86-64 machine (DECISIONS D5).
//
// glibc's exp, log, erf and lgamma depend on the CPU, so nothing on the path of an answer may call
// them. The functions here use only + - * /, sqrt and bit manipulation on doubles, in a fixed order
// (the build forbids contraction), and no table that is not in the source.
//
// All are pure, never allocate, and are safe from any thread. Unless said otherwise: NaN in, NaN
// out; arguments outside the domain give NaN; infinities give the limit. "ulp" errors and relative
// errors are bounds checked by tests against higher-precision oracles. Costs are for one 3 GHz
// core.
#ifndef JALON_SIM_BASE_MATH_H_
#define JALON_SIM_BASE_MATH_H_

namespace jalon::sim {

// ---- Elementary functions. 5 to 15 ns. Error at most 2 ulp where the result is a normal number.

// e^x and 2^x. Overflow to +inf, underflow gradually to 0. Exp2 of an integer is exact.
double Exp(double x);
double Exp2(double x);
// e^x - 1, also near 0. At most 4 ulp.
double Expm1(double x);
// Natural and binary logarithms. Log(0) = -inf, negative gives NaN. Log2 of a power of 2 is exact.
double Log(double x);
double Log2(double x);
// log(1 + x), also near 0. -inf at -1, NaN below. At most 4 ulp.
double Log1p(double x);
// log(1 + x) - x without cancellation, x > -1: the deviance of a count. Relative error 2e-15.
double Log1pMinusX(double x);

// ---- Normal law. 15 to 30 ns.

// Density and distribution function. Relative error 4e-15, in the tails too (result >= 1e-300).
double NormalPdf(double x);
double NormalCdf(double x);
// Inverse of NormalCdf, [Wichura1988] with our own log. Relative error 1e-15; -inf at 0, +inf at
// 1, NaN outside [0, 1]. Odd around 1/2 for the p where 1 - p is exact, and increasing on any grid
// of p not finer than 1e-14. The only normal transform in sim/: oracle and kernels share it.
double NormalInverseCdf(double p);

// ---- Gamma and beta functions.

// log |Gamma(x)| for x > 0; +inf at 0 and +inf, NaN below 0. Relative error 4e-15, also around its
// zeros 1 and 2. 20 ns.
double LogGamma(double x);

// Both tails of a law at a point, each computed without cancellation where it is the smaller one.
struct Tails {
  // Probability at or below the point, and above it.
  double lower;
  double upper;
  // Density of the law of log(variable) for a gamma, of logit(variable) for a beta: the density
  // times x, or times x (1 - x).
  double kernel;
};

// Gamma law of shape a > 0 and scale 1 at x >= 0: lower = P(a, x), upper = Q(a, x), kernel =
// x^a e^-x / Gamma(a). Relative error of the smaller tail 2e-12 for a <= 1e6, absolute error 1e-12
// beyond. Series, continued fraction, and for a >= 30 near the mode a uniform expansion around the
// normal law ([Temme1979]). 60 to 200 ns, whatever a.
Tails IncompleteGamma(double a, double x);

// x such that P(a, x) = p, for a > 0 and p in [0, 1]. Relative error 1e-12 where x >= 1e-300; an x
// below the smallest double is 0. Increasing in p on a grid not finer than 1e-10 up to a = 1e8.
// 200 to 500 ns.
double GammaQuantile(double a, double p);

// Beta law of a, b > 0 at x in [0, 1], given with its complement y = 1 - x so that neither end
// loses precision: lower = I_x(a, b). Relative error of the smaller tail 4e-12 while min(a, b) <=
// 1e6, absolute error 1e-12 beyond and next to the singular end of a shape below 1. Continued
// fraction ([DidonatoMorris1992]); the expansion of
// IncompleteGamma where min(a, b) >= 20,000. 100 to 400 ns.
Tails IncompleteBeta(double a, double b, double x, double y);

// x such that I_x(a, b) = p, for a, b > 0 and p in [0, 1], by bisection: within 1e-15, or where
// I_x is flat as near as the error of IncompleteBeta lets. 55 of these, about 10 us.
double BetaQuantile(double a, double b, double p);

// Student-t distribution function and its inverse, nu >= 1 degrees of freedom (any real; +inf is
// the normal law). NaN for nu < 1. Relative error 1e-12 of the smaller tail, and of the quantile.
// The inverse starts from [Hill1970] and takes Halley steps; 250 to 600 ns.
double StudentTCdf(double nu, double t);
double StudentTInverseCdf(double nu, double p);

}  // namespace jalon::sim

#endif  // JALON_SIM_BASE_MATH_H_
