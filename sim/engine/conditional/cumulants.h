// Mean, variance and third cumulant of a target's sums given the shared state, with u, v and the
// periods' draws integrated. Internal to sim/engine/conditional.
//
// Given the shared state branches are independent, so cumulants add over them. Inside a branch,
// given u, series are independent too; on the log link their means are multiplied by a =
// exp(loading u - loading^2 / 2), so that the cumulants of the branch given u are polynomials in a.
// They are mixed over u exactly where the branch has one loading, and by seven Gauss-Hermite points
// where it has several or where u moves a stock or a net flow.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_CUMULANTS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_CUMULANTS_H_

#include <array>
#include <vector>

#include "sim/engine/conditional/composition.h"
#include "sim/engine/conditional/moment_law.h"
#include "sim/engine/conditional/path_means.h"
#include "sim/engine/plan.h"

namespace jalon::sim {

// Joint cumulants of the two sides (N, D). Index of a pair or triple: how many of it are D.
struct Cumulants {
  std::array<double, 2> mean{};
  std::array<double, 3> pair{};
  std::array<double, 4> triple{};

  // Of N alone, and of N - ratio D.
  ThreeMoments value() const { return {mean[0], pair[0], triple[0]}; }
  ThreeMoments denominator() const { return {mean[1], pair[2], triple[3]}; }
  ThreeMoments Against(double ratio) const;
};

// D where N = ratio D, as one of two normal numbers. N - ratio D must vary.
struct DenominatorAtTie {
  DenominatorAtTie(const Cumulants& cumulants, double ratio);
  double mean = 0.0;
  double variance = 0.0;
};

// How one part varies.
struct PartLaw {
  enum class Kind { kConstant, kLogFlow, kNetFlow, kStock, kExactStock };
  Kind kind = Kind::kConstant;
  // kLogFlow: variance and third cumulant of a cell by its mean.
  double variance_by_mean = 0.0;
  double third_by_mean = 0.0;
  // kLogFlow: second and third central moments of exp(sd v - sd^2 / 2).
  double effect_second = 0.0;
  double effect_third = 0.0;
  // kNetFlow, kStock: variance of a cell's draw, loading of u and standard deviation of v.
  double noise = 0.0;
  double loading = 0.0;
  double effect_sd = 0.0;
};
PartLaw PartLawOf(const Plan& plan, int series);
// Third cumulant of a flow on the log link by its mean.
double ThirdByMean(Law law, double dispersion, double shape);

// a = exp(loading u - loading^2 / 2): at the seven points of u (scaled so that their mean is 1),
// and E a^2, E a^3.
struct LoadingMoments {
  std::array<double, 7> factor{};
  double second = 1.0;
  double third = 1.0;
};
LoadingMoments MomentsOf(double loading);

// Evaluates one composition. `plan` and `composition` must outlive it. Calls share the scratch
// space of the object: one per thread.
class CumulantMaker {
 public:
  CumulantMaker(const Plan& plan, const Composition& composition);
  Cumulants At(const PathMeans& path);

  // Weights of the last At: [side x part x period], 0 where the cell is known.
  double weight(int side, int part, int t) const;
  const PartLaw& law(int part) const { return laws_[part]; }

 private:
  // Polynomials in a of the parts of a branch with one loading.
  struct Polynomials {
    bool used = false;
    std::array<double, 2> mean{};
    std::array<std::array<double, 2>, 3> pair{};    // a, a^2
    std::array<std::array<double, 3>, 4> triple{};  // a, a^2, a^3
  };
  // What u moves by addition, and what it does not move.
  struct Linear {
    bool moved = false;
    std::array<double, 2> by_u{};
    std::array<double, 3> pair{};
  };

  template <int kUsed>
  void AddBranch(int branch, const PathMeans& path, Cumulants& sum);
  template <int kUsed>
  void WeighBranch(int branch, const PathMeans& path, Cumulants& sum);
  template <int kUsed>
  void UnrollStock(int part, int side, const PathMeans& path, Cumulants& sum);
  template <int kUsed>
  void AddFlow(int part, const PathMeans& path, Cumulants& sum);
  template <int kUsed>
  void AddLinear(int part, const PathMeans& path, Cumulants& sum);
  template <int kUsed>
  void MixExactly(int row, Cumulants& sum) const;
  template <int kUsed>
  void MixByNodes(Cumulants& sum) const;

  size_t RowOf(int side, int part) const {
    return (static_cast<size_t>(side) * part_count_ + part) * period_count_;
  }
  const double* Weights(int side, int part) const {
    return (composition_.moves ? scratch_ : composition_.weights).data() + RowOf(side, part);
  }

  const Plan& plan_;
  const Composition& composition_;
  int part_count_;
  int period_count_;
  std::vector<PartLaw> laws_;
  std::vector<LoadingMoments> loadings_;
  // [side x part x period], of compositions that move.
  std::vector<double> scratch_;
  // Of the branch in hand.
  std::vector<Polynomials> rows_;
  Linear linear_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_CUMULANTS_H_
