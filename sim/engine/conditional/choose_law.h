// The choice of a law, target by target. Internal to sim/engine/conditional: callers use ChooseLaw.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_CHOOSE_LAW_H_
#define JALON_SIM_ENGINE_CONDITIONAL_CHOOSE_LAW_H_

#include <cmath>
#include <vector>

#include "sim/engine/conditional/target_law.h"

namespace jalon::sim {

// `plan`, `slots`, `middle` and `students` must outlive it; Choose once.
class Chooser {
 public:
  Chooser(const Plan& plan, const SlotSeries& slots, const PathMeans& middle, StudentSums& students,
          int index)
      : plan_(plan),
        slots_(slots),
        middle_(middle),
        students_(students),
        index_(index),
        target_(plan.targets[index]),
        quantities_(plan.target_parts[index]) {}

  // `as_sum`: a sum of one kind with one weight is matched even where there are many.
  TargetLaw Choose(bool as_sum = false);

 private:
  const PlanSeries& SeriesOf(int p) const { return plan_.series[law_.composition.parts[p].series]; }
  size_t RowOf(int p) const {
    return static_cast<size_t>(law_.composition.parts[p].series) * plan_.period_count();
  }
  bool IsDrawn(int p, int t) const { return std::isnan(plan_.realised[RowOf(p) + t]); }
  double FixedWeight(int p, int side, int t) const {
    const size_t row = static_cast<size_t>(side) * law_.composition.part_count() + p;
    return law_.composition.weights[row * plan_.period_count() + t];
  }

  // Parts with a cell to draw that counts. Where weights move, every part with a cell to draw.
  void FindDrawn();
  // A known opening value turns into thresholds; one still to come becomes the second side.
  void SetOpening();
  void SetMovingOpening(const Composition& opening);
  // Whether a cell that is still to come counts.
  bool HasDrawn(const Composition& composition, const CumulantMaker& maker) const;
  void RefuseLinks();
  // N and D known: D must not be 0.
  void SetKnownDenominator();
  // Whole numbers times one coefficient: Y, whatever it starts from.
  void SetLattice();
  // How far apart the values of a side are: what is read is whole, with one coefficient. Else 0.
  double StepOf(int side) const;
  // One flow, or several of one kind with one weight. False when the sum has another law.
  bool SetSum();
  static bool IsFewOrSkewed(Law law, double mean, double skewness);
  // Weighted mean of the cells to draw.
  double OwnMean() const;
  double KnownPart() const;
  // The dispersion and the lognormal of the sum's mean and variance.
  void Match(double variance, double mean);
  void SetMoments();
  void SetSkewness(double skewness);
  // Of Y, N - ratio D or Y - ratio Y0; `coarseness` is 0 where continuity is corrected.
  void RefuseMoments(const ThreeMoments& moments, double coarseness);
  // How far the lattice of the counts that weigh most moves a probability: half a step of a
  // density, less what other draws smooth away (the first harmonic of the lattice).
  double Coarseness(const CumulantMaker& maker, const ThreeMoments& moments, double ratio) const;
  void SetStudent(const CumulantMaker& maker, double variance);
  void SetRatio(const CumulantMaker& maker, const Cumulants& cumulants);
  // A ratio with its mean and every threshold that is asked.
  std::vector<double> RatiosAsked(const Cumulants& cumulants) const;
  // The numerator alone: a sum, or LawUsed::kSampled.
  TargetLaw NumeratorAsSum();
  // A numerator of few counts. False when it has another law.
  bool SetCounts(const Cumulants& cumulants);
  // Whether N goes in steps that step_law.h can do at this threshold.
  bool TakesSteps(const Cumulants& cumulants, double ratio) const;
  bool HasOtherCounts() const;

  // What the lattice of counts may do to a probability where no correction is made.
  static constexpr double kCoarsest = 0.002;

  const Plan& plan_;
  const SlotSeries& slots_;
  const PathMeans& middle_;
  StudentSums& students_;
  const int index_;
  const Target& target_;
  const PlanTarget& quantities_;
  bool as_sum_ = false;
  TargetLaw law_;
  // Parts with something to draw.
  std::vector<int> drawn_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_CHOOSE_LAW_H_
