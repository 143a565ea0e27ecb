// The laws of one period given its mean, as distribution functions and quantiles (DECISIONS D3).
//
// A draw is Quantile(law, u) of one uniform u: monotone in u, one uniform per draw, no rejection.
// So one more path, a changed mean or another law moves no other draw, and common random numbers
// stay common. Laws are plain values; functions are pure, never allocate and are safe from any
// thread. All arithmetic is sim/base/math's: same bits everywhere.
//
// Common rules:
// - u in (0, 1), normally UniformFrom(bits). u = 0 and u = 1 give the ends of the support (0 or
//   -inf, and +inf). Non-decreasing in u on the grid of UniformFrom.
// - A mean of 0 gives 0 for the non-negative laws, whatever the other parameters.
// - Parameters outside the stated ranges, u outside [0, 1] and NaN give NaN. Finite parameters in
//   range and u in (0, 1) never give NaN; a value beyond the largest double is +inf, one below the
//   smallest is 0.
// - Cdf(law, x) = P(Y <= x) with absolute error 1e-12 unless said otherwise.
// Costs are for one 3 GHz core.
#ifndef JALON_SIM_RANDOM_LAWS_H_
#define JALON_SIM_RANDOM_LAWS_H_

namespace jalon::sim {

// Counts: negative binomial of the first kind, Var = dispersion x mean, Poisson at dispersion 1.
// Closed under sums at equal dispersion. 0 <= mean, 1 <= dispersion.
struct CountLaw {
  double mean = 0.0;
  double dispersion = 1.0;
};
double Cdf(const CountLaw& law, double x);
// The smallest integer k with Cdf(k) >= u: exact for means up to 1e10 unless u is within 1e-12 of
// Cdf at an integer; beyond, the three-moment gamma law (error 1e-9 of Cdf), not rounded.
// 60 ns at mean 1, 120 ns at mean 10, 250 to 600 ns from mean 40 to 1e10.
double Quantile(const CountLaw& law, double u);

// Amounts: gamma with Var = dispersion x mean (shape mean/dispersion, scale dispersion). Closed
// under sums at equal dispersion. 0 <= mean, 0 <= dispersion; dispersion 0 is the constant mean.
struct AmountLaw {
  double mean = 0.0;
  double dispersion = 0.0;
};
double Cdf(const AmountLaw& law, double x);
// Relative error 1e-12. 200 to 500 ns.
double Quantile(const AmountLaw& law, double u);

// Amounts with zeros: a Poisson number of gamma sizes ("Tweedie"). With sizes of shape `shape` and
// scale theta, theta = dispersion / (1 + shape) and the expected number is lambda = mean / (shape
// theta), so that Var = dispersion x mean and P(Y = 0) = e^-lambda. Closed under sums at equal
// dispersion and shape. 0 <= mean, 0 <= dispersion, 0 < shape; dispersion 0 is the constant mean.
struct CompoundLaw {
  double mean = 0.0;
  double dispersion = 0.0;
  double shape = 1.0;
};
// P(Y = 0).
double ZeroProbability(const CompoundLaw& law);
// The Poisson series, about 2 + 13 sqrt(lambda) gamma tails of 100 ns. From lambda = 100 (and
// lambda shape = 30) the gamma law with the same first three moments and a correction for the
// fourth, within 6e-5 of the series, at 200 ns; beyond lambda = 1,000 always.
double Cdf(const CompoundLaw& law, double x);
// 0 for u <= ZeroProbability. Else two or three evaluations of the series (safeguarded Halley steps
// on the log of the smaller tail): 1 to 20 us, relative error 1e-9. From lambda = 100, 200 ns.
double Quantile(const CompoundLaw& law, double u);

// Lognormal with the given mean and standard deviation of its logarithm. 0 <= both.
struct LogNormalLaw {
  double mean = 0.0;
  double log_standard_deviation = 0.0;
};
double Cdf(const LogNormalLaw& law, double x);
// 15 ns.
double Quantile(const LogNormalLaw& law, double u);

// Normal. 0 <= standard_deviation.
struct NormalLaw {
  double mean = 0.0;
  double standard_deviation = 0.0;
};
double Cdf(const NormalLaw& law, double x);
// 10 ns.
double Quantile(const NormalLaw& law, double u);

// Student's t stretched to a mean and a standard deviation; degrees > 2, +inf is the normal law.
// Between 2 and 3 degrees most of the variance sits in values never drawn: take 3 or more.
struct StudentTLaw {
  double mean = 0.0;
  double standard_deviation = 0.0;
  double degrees = 0.0;
};
double Cdf(const StudentTLaw& law, double x);
// 250 to 400 ns.
double Quantile(const StudentTLaw& law, double u);

}  // namespace jalon::sim

#endif  // JALON_SIM_RANDOM_LAWS_H_
