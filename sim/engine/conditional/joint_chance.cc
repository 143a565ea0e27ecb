#include "sim/engine/conditional/joint_chance.h"

#include <algorithm>
#include <cmath>

#include "sim/base/math.h"

namespace jalon::sim {
namespace {

constexpr double kMostCorrelated = 0.99;
constexpr double kTwoPi = 6.283185307179586;

// Gauss-Legendre on [-1, 1], twelve points: the positive half.
constexpr double kNodes[] = {0.125233408511469, 0.367831498998180, 0.587317954286617,
                             0.769902674194305, 0.904117256370475, 0.981560634246719};
constexpr double kWeights[] = {0.249147045813403, 0.233492536538355, 0.203167426723066,
                               0.160078328543346, 0.106939325995318, 0.047175336386512};

// Density of two normal numbers of correlation r.
double Density(double x, double y, double r) {
  const double rest = (1.0 - r) * (1.0 + r);
  return Exp(-0.5 * (x * x - 2.0 * r * x * y + y * y) / rest) / (kTwoPi * std::sqrt(rest));
}

}  // namespace

// What a correlation adds to p q is the integral of the density over it.
double JointChance(double p, double q, double correlation) {
  const double least = std::max(p + q - 1.0, 0.0);
  const double most = std::min(p, q);
  if (!(most > 0.0) || p >= 1.0 || q >= 1.0) return most;
  const double x = NormalInverseCdf(p);
  const double y = NormalInverseCdf(q);
  const double half = 0.5 * std::clamp(correlation, -kMostCorrelated, kMostCorrelated);
  double sum = 0.0;
  for (int k = 0; k < 6; ++k) {
    sum += kWeights[k] *
           (Density(x, y, half * (1.0 + kNodes[k])) + Density(x, y, half * (1.0 - kNodes[k])));
  }
  return std::clamp(p * q + half * sum, least, most);
}

}  // namespace jalon::sim
