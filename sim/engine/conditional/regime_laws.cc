#include "sim/engine/conditional/regime_laws.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/base/math.h"
#include "sim/engine/conditional/choose_law.h"

namespace jalon::sim {
namespace {

// What one matched law may be off in the variance of a regime: 0.12 points of a probability.
constexpr double kVarianceError = 0.01;
// What one law of heavy tails may be off as a probability.
constexpr double kTailError = 0.002;

// What one regime says of a target.
struct RegimeLaw {
  LawUsed law = LawUsed::kThreeMoments;
  SumLaw sum;
  double sum_mean = 0.0;
  double step = 0.0;
  std::shared_ptr<const StudentSumLaw> student;
};

double VarianceOf(const SumLaw& sum, double mean) {
  return sum.dispersion * mean + mean * mean * Expm1(sum.effect_sd * sum.effect_sd);
}

// The middle of what regimes say; false when it is not near enough to one of them.
bool JoinSums(const std::vector<RegimeLaw>& laws, SumLaw& sum) {
  double least_own = laws[0].sum.dispersion;
  double most_own = least_own;
  double least_effect = laws[0].sum.effect_sd * laws[0].sum.effect_sd;
  double most_effect = least_effect;
  for (const RegimeLaw& law : laws) {
    const double effect = law.sum.effect_sd * law.sum.effect_sd;
    least_own = std::min(least_own, law.sum.dispersion);
    most_own = std::max(most_own, law.sum.dispersion);
    least_effect = std::min(least_effect, effect);
    most_effect = std::max(most_effect, effect);
  }
  sum.dispersion = 0.5 * (least_own + most_own);
  sum.effect_sd = std::sqrt(0.5 * (least_effect + most_effect));
  return std::all_of(laws.begin(), laws.end(), [&](const RegimeLaw& law) {
    const double wanted = VarianceOf(law.sum, law.sum_mean);
    return std::fabs(VarianceOf(sum, law.sum_mean) - wanted) <= kVarianceError * wanted;
  });
}

bool AreAlike(const StudentSumLaw& a, const StudentSumLaw& b) {
  for (const double z : {0.5, 1.0, 1.5, 2.0, 3.0}) {
    if (std::fabs(a.UpperTail(z) - b.UpperTail(z)) > kTailError) return false;
  }
  return true;
}

bool HaveOneTail(const std::vector<RegimeLaw>& laws) {
  return std::all_of(laws.begin(), laws.end(), [&](const RegimeLaw& law) {
    return law.student != nullptr &&
           (law.student == laws[0].student || AreAlike(*law.student, *laws[0].student));
  });
}

RegimeLaw Keep(const TargetLaw& law) {
  return {law.law, law.sum, law.sum_mean, law.step, law.student};
}

bool AnyIs(const std::vector<RegimeLaw>& laws, LawUsed wanted) {
  return std::any_of(laws.begin(), laws.end(),
                     [wanted](const RegimeLaw& law) { return law.law == wanted; });
}

// Chooses regime after regime, then joins.
class Joiner {
 public:
  Joiner(const Plan& plan, const SlotSeries& slots, std::span<const PathMeans> middles,
         StudentSums& students, int index)
      : plan_(plan), slots_(slots), middles_(middles), students_(students), index_(index) {}

  TargetLaw Join() {
    for (size_t r = 0; r < middles_.size(); ++r) {
      TargetLaw law = Choose(r, /*as_sum=*/false);
      const bool refused = law.refused();
      if (refused) law.refusal = absl::StrCat("in regime ", plan_.regimes[r].id, ", ", law.refusal);
      laws_.push_back(Keep(law));
      if (r == 0 || refused) joined_ = std::move(law);
      if (refused) return std::move(joined_);
    }
    if (AnyIs(laws_, LawUsed::kMatched)) {
      JoinMatched();
    } else if (AnyIs(laws_, LawUsed::kStudentSum)) {
      JoinStudent();
    } else if (AnyIs(laws_, LawUsed::kThreeMoments)) {
      joined_.law = LawUsed::kThreeMoments;
    }
    // Steps that one regime does not need are nothing to it.
    for (const RegimeLaw& law : laws_) joined_.step = std::max(joined_.step, law.step);
    return std::move(joined_);
  }

 private:
  TargetLaw Choose(size_t regime, bool as_sum) {
    TargetLaw law = Chooser(plan_, slots_, middles_[regime], students_, index_).Choose(as_sum);
    // Laws of regimes are compared by their probabilities: none may be still to be made.
    while (!students_.Step()) {
    }
    return law;
  }

  // Regimes where there are many are matched as well.
  void JoinMatched() {
    for (size_t r = 0; r < laws_.size(); ++r) {
      if (laws_[r].law == LawUsed::kMatched) continue;
      TargetLaw law = Choose(r, /*as_sum=*/true);
      laws_[r] = Keep(law);
      if (r == 0) joined_ = std::move(law);
      if (laws_[r].law == LawUsed::kMatched || laws_[r].law == LawUsed::kExact) continue;
      joined_.refusal = "few counts in one regime and many in another";
      return;
    }
    if (JoinSums(laws_, joined_.sum)) return;
    joined_.refusal = "a sum of few has another spread in one regime than in another";
  }

  void JoinStudent() {
    if (HaveOneTail(laws_)) return;
    joined_.refusal = "tails are heavier in one regime than in another";
  }

  const Plan& plan_;
  const SlotSeries& slots_;
  const std::span<const PathMeans> middles_;
  StudentSums& students_;
  const int index_;
  std::vector<RegimeLaw> laws_;
  TargetLaw joined_;
};

}  // namespace

TargetLaw ChooseLawOfAll(const Plan& plan, const SlotSeries& slots,
                         std::span<const PathMeans> middles, StudentSums& students, int index) {
  if (middles.size() == 1) return ChooseLaw(plan, slots, middles[0], students, index);
  return Joiner(plan, slots, middles, students, index).Join();
}

}  // namespace jalon::sim
