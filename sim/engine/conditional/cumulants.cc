#include "sim/engine/conditional/cumulants.h"

#include <algorithm>
#include <cmath>

#include "sim/base/math.h"
#include "sim/engine/conditional/hermite.h"

namespace jalon::sim {
namespace {

// Variance of rounding up with the probability of a fraction that may be anything.
constexpr double kRoundingVariance = 1.0 / 6.0;

constexpr int Pairs(int used) { return used == 1 ? 1 : 3; }
constexpr int Triples(int used) { return used == 1 ? 1 : 4; }

// The sides of a pair and of a triple, by how many of it are D.
constexpr int kPair[3][2] = {{0, 0}, {0, 1}, {1, 1}};
constexpr int kTriple[4][3] = {{0, 0, 0}, {0, 0, 1}, {0, 1, 1}, {1, 1, 1}};

// Sum over the three ways to split a triple into a pair and a single.
template <typename Pair, typename Single>
double Symmetric(int triple, const Pair& pair, const Single& single) {
  const int i = kTriple[triple][0];
  const int j = kTriple[triple][1];
  const int k = kTriple[triple][2];
  return pair(i + j) * single(k) + pair(i + k) * single(j) + pair(j + k) * single(i);
}

double Product(int triple, const std::array<double, 2>& x) {
  return x[kTriple[triple][0]] * x[kTriple[triple][1]] * x[kTriple[triple][2]];
}

double PairProduct(int pair, const std::array<double, 2>& x) {
  return x[kPair[pair][0]] * x[kPair[pair][1]];
}

PartLaw LogFlow(const PlanSeries& series) {
  const double phi = series.dispersion;
  const double square = series.series_effect_sd * series.series_effect_sd;
  PartLaw law{.kind = PartLaw::Kind::kLogFlow,
              .variance_by_mean = phi,
              .third_by_mean = ThirdByMean(series.law, phi, series.shape),
              .effect_second = Expm1(square),
              .effect_third = Exp(3.0 * square) - 3.0 * Exp(square) + 2.0};
  return law;
}

}  // namespace

double ThirdByMean(Law law, double dispersion, double shape) {
  if (law == Law::kNegativeBinomial) return dispersion * (2.0 * dispersion - 1.0);
  const double square = dispersion * dispersion;
  return law == Law::kGamma ? 2.0 * square : square * (shape + 2.0) / (shape + 1.0);
}

ThreeMoments Cumulants::Against(double ratio) const {
  const double square = ratio * ratio;
  return {.mean = mean[0] - ratio * mean[1],
          .variance = std::max(pair[0] - 2.0 * ratio * pair[1] + square * pair[2], 0.0),
          .third = triple[0] - 3.0 * ratio * triple[1] + 3.0 * square * triple[2] -
                   square * ratio * triple[3]};
}

DenominatorAtTie::DenominatorAtTie(const Cumulants& cumulants, double ratio) {
  const ThreeMoments gap = cumulants.Against(ratio);
  const double together = cumulants.pair[1] - ratio * cumulants.pair[2];
  const double slope = together / gap.variance;
  mean = cumulants.mean[1] - slope * gap.mean;
  variance = std::max(cumulants.pair[2] - slope * together, 0.0);
}

PartLaw PartLawOf(const Plan& plan, int i) {
  const PlanSeries& series = plan.series[i];
  if (series.stock >= 0) {
    if (series.law == Law::kExactStock) return {.kind = PartLaw::Kind::kExactStock};
    const double rounding = plan.stocks[series.stock].whole ? kRoundingVariance : 0.0;
    return {.kind = PartLaw::Kind::kStock,
            .noise = series.dispersion * series.dispersion + rounding,
            .loading = series.branch_loading,
            .effect_sd = series.series_effect_sd};
  }
  if (series.group < 0) return {};
  if (series.link == Link::kLog) return LogFlow(series);
  return {.kind = PartLaw::Kind::kNetFlow,
          .noise = series.dispersion * series.dispersion,
          .loading = series.branch_loading,
          .effect_sd = series.series_effect_sd};
}

LoadingMoments MomentsOf(double loading) {
  LoadingMoments made{.second = Exp(loading * loading), .third = Exp(3.0 * loading * loading)};
  double mean = 0.0;
  for (int q = 0; q < kEffectNodes; ++q) {
    made.factor[q] = Exp(loading * kEffectZ[q] - 0.5 * loading * loading);
    mean += kEffectWeights[q] * made.factor[q];
  }
  // Means stay exact whatever the loading.
  for (double& factor : made.factor) factor /= mean;
  return made;
}

CumulantMaker::CumulantMaker(const Plan& plan, const Composition& composition)
    : plan_(plan),
      composition_(composition),
      part_count_(composition.part_count()),
      period_count_(plan.period_count()),
      rows_(composition.loadings.size()) {
  for (const Part& part : composition.parts) laws_.push_back(PartLawOf(plan, part.series));
  for (const double loading : composition.loadings) loadings_.push_back(MomentsOf(loading));
  if (composition.moves) scratch_.resize(RowOf(kSides, 0), 0.0);
}

double CumulantMaker::weight(int side, int part, int t) const {
  const size_t cell = static_cast<size_t>(composition_.parts[part].series) * period_count_ + t;
  return std::isnan(plan_.realised[cell]) ? Weights(side, part)[t] : 0.0;
}

Cumulants CumulantMaker::At(const PathMeans& path) {
  Cumulants sum;
  for (int branch = 0; branch < composition_.branch_count(); ++branch) {
    if (composition_.two_sided) {
      AddBranch<2>(branch, path, sum);
    } else {
      AddBranch<1>(branch, path, sum);
    }
  }
  return sum;
}

template <int kUsed>
void CumulantMaker::AddBranch(int branch, const PathMeans& path, Cumulants& sum) {
  for (Polynomials& row : rows_) {
    if (row.used) row = {};
  }
  linear_ = {};
  if (composition_.moves) WeighBranch<kUsed>(branch, path, sum);
  for (int p = composition_.branch_first[branch]; p < composition_.branch_first[branch + 1]; ++p) {
    switch (laws_[p].kind) {
      case PartLaw::Kind::kConstant:
      case PartLaw::Kind::kLogFlow:
        AddFlow<kUsed>(p, path, sum);
        break;
      case PartLaw::Kind::kNetFlow:
      case PartLaw::Kind::kStock:
        AddLinear<kUsed>(p, path, sum);
        break;
      case PartLaw::Kind::kExactStock:
        break;
    }
  }
  for (int pair = 0; pair < Pairs(kUsed); ++pair) sum.pair[pair] += linear_.pair[pair];
  int used = 0;
  int last = 0;
  for (size_t row = 0; row < rows_.size(); ++row) {
    if (!rows_[row].used) continue;
    ++used;
    last = static_cast<int>(row);
  }
  if (used <= 1 && !linear_.moved) {
    if (used == 1) MixExactly<kUsed>(last, sum);
  } else {
    MixByNodes<kUsed>(sum);
  }
}

template <int kUsed>
void CumulantMaker::WeighBranch(int branch, const PathMeans& path, Cumulants& sum) {
  const int first = composition_.branch_first[branch];
  const int end = composition_.branch_first[branch + 1];
  for (int side = 0; side < kUsed; ++side) {
    std::fill(scratch_.begin() + RowOf(side, first), scratch_.begin() + RowOf(side, end), 0.0);
    for (int p = first; p < end; ++p) {
      AddReadings(composition_, p, side, period_count_, path.rates.data(),
                  scratch_.data() + RowOf(side, p));
    }
    // Stocks come first, and hand their weights on to flows.
    for (int p = first; p < end; ++p) {
      if (plan_.series[composition_.parts[p].series].stock >= 0) {
        UnrollStock<kUsed>(p, side, path, sum);
      }
    }
  }
}

// S[t] = S[t-1] (1 + rate) + flows + noise, read backwards: a weight on a level is one on its
// movements, and on the level before times 1 + rate.
template <int kUsed>
void CumulantMaker::UnrollStock(int p, int side, const PathMeans& path, Cumulants& sum) {
  const Part& part = composition_.parts[p];
  double* weights = scratch_.data() + RowOf(side, p);
  const size_t row = static_cast<size_t>(part.series) * period_count_;
  double carried = 0.0;
  for (int t = period_count_ - 1; t >= 0; --t) {
    const double weight = weights[t] + carried;
    weights[t] = weight;
    const double known = plan_.realised[row + t];
    if (!std::isnan(known)) {
      sum.mean[side] += weight * known;
      weights[t] = carried = 0.0;
      continue;
    }
    for (int f = part.first_flow; f < part.end_flow; ++f) {
      const PartFlow& flow = composition_.flows[f];
      scratch_[RowOf(side, flow.part) + t] += flow.sign * weight;
    }
    carried = weight * (1.0 + path.values[row + t]);
  }
  sum.mean[side] += carried * plan_.stocks[plan_.series[part.series].stock].opening;
}

template <int kUsed>
void CumulantMaker::AddFlow(int p, const PathMeans& path, Cumulants& sum) {
  const Part& part = composition_.parts[p];
  const size_t row = static_cast<size_t>(part.series) * period_count_;
  const double* realised = plan_.realised.data() + row;
  const double* means = path.values.data() + row;
  std::array<double, 2> mean{};
  std::array<double, 3> second{};
  std::array<double, 4> third{};
  for (int t = 0; t < period_count_; ++t) {
    std::array<double, 2> weight{};
    bool any = false;
    for (int side = 0; side < kUsed; ++side) {
      weight[side] = Weights(side, p)[t];
      any |= weight[side] != 0.0;
    }
    if (!any) continue;
    if (!std::isnan(realised[t])) {
      for (int side = 0; side < kUsed; ++side) sum.mean[side] += weight[side] * realised[t];
      continue;
    }
    for (int s = 0; s < kUsed; ++s) mean[s] += weight[s] * means[t];
    for (int s = 0; s < Pairs(kUsed); ++s) second[s] += PairProduct(s, weight) * means[t];
    for (int s = 0; s < Triples(kUsed); ++s) third[s] += Product(s, weight) * means[t];
  }
  if (laws_[p].kind == PartLaw::Kind::kConstant) return;
  const PartLaw& law = laws_[p];
  Polynomials& into = rows_[part.loading];
  into.used = true;
  for (int s = 0; s < kUsed; ++s) into.mean[s] += mean[s];
  for (int s = 0; s < Pairs(kUsed); ++s) {
    second[s] *= law.variance_by_mean;
    into.pair[s][0] += second[s];
    into.pair[s][1] += law.effect_second * PairProduct(s, mean);
  }
  for (int s = 0; s < Triples(kUsed); ++s) {
    into.triple[s][0] += law.third_by_mean * third[s];
    into.triple[s][1] += law.effect_second *
                         Symmetric(
                             s, [&](int q) { return second[q]; }, [&](int q) { return mean[q]; });
    into.triple[s][2] += law.effect_third * Product(s, mean);
  }
}

template <int kUsed>
void CumulantMaker::AddLinear(int p, const PathMeans& path, Cumulants& sum) {
  const Part& part = composition_.parts[p];
  const PartLaw& law = laws_[p];
  const size_t row = static_cast<size_t>(part.series) * period_count_;
  const bool is_stock = law.kind == PartLaw::Kind::kStock;
  // What u and v count for.
  std::array<double, 2> effect{};
  for (int t = 0; t < period_count_; ++t) {
    std::array<double, 2> weight{};
    for (int side = 0; side < kUsed; ++side) weight[side] = Weights(side, p)[t];
    const double known = plan_.realised[row + t];
    if (!std::isnan(known)) {
      // Known levels of stocks are in the constant already.
      for (int side = 0; side < kUsed && !is_stock; ++side) sum.mean[side] += weight[side] * known;
      continue;
    }
    for (int side = 0; side < kUsed; ++side) {
      effect[side] += weight[side] * path.slopes[row + t];
      if (!is_stock) sum.mean[side] += weight[side] * path.values[row + t];
    }
    for (int s = 0; s < Pairs(kUsed); ++s) linear_.pair[s] += PairProduct(s, weight) * law.noise;
  }
  for (int s = 0; s < Pairs(kUsed); ++s) {
    linear_.pair[s] += PairProduct(s, effect) * law.effect_sd * law.effect_sd;
  }
  for (int side = 0; side < kUsed; ++side) {
    linear_.by_u[side] += law.loading * effect[side];
    linear_.moved |= linear_.by_u[side] != 0.0;
  }
}

// Over a lognormal a with E a = 1, given its second and third moments.
template <int kUsed>
void CumulantMaker::MixExactly(int index, Cumulants& sum) const {
  const Polynomials& row = rows_[index];
  const double a2 = loadings_[index].second;
  const double a3 = loadings_[index].third;
  for (int s = 0; s < kUsed; ++s) sum.mean[s] += row.mean[s];
  for (int s = 0; s < Pairs(kUsed); ++s) {
    sum.pair[s] += row.pair[s][0] + row.pair[s][1] * a2 + PairProduct(s, row.mean) * (a2 - 1.0);
  }
  const auto covariance = [&](int q) {
    return row.pair[q][0] * (a2 - 1.0) + row.pair[q][1] * (a3 - a2);
  };
  for (int s = 0; s < Triples(kUsed); ++s) {
    sum.triple[s] += row.triple[s][0] + row.triple[s][1] * a2 + row.triple[s][2] * a3 +
                     Symmetric(s, covariance, [&](int q) { return row.mean[q]; }) +
                     Product(s, row.mean) * (a3 - 3.0 * a2 + 2.0);
  }
}

template <int kUsed>
void CumulantMaker::MixByNodes(Cumulants& sum) const {
  std::array<std::array<double, 2>, kEffectNodes> mean{};
  std::array<std::array<double, 3>, kEffectNodes> pair{};
  std::array<double, 2> average{};
  std::array<double, 4> third{};
  for (int q = 0; q < kEffectNodes; ++q) {
    for (int s = 0; s < kUsed; ++s) mean[q][s] = linear_.by_u[s] * kEffectZ[q];
    for (size_t r = 0; r < rows_.size(); ++r) {
      const Polynomials& row = rows_[r];
      if (!row.used) continue;
      const double a = loadings_[r].factor[q];
      for (int s = 0; s < kUsed; ++s) mean[q][s] += a * row.mean[s];
      for (int s = 0; s < Pairs(kUsed); ++s) {
        pair[q][s] += a * (row.pair[s][0] + a * row.pair[s][1]);
      }
      for (int s = 0; s < Triples(kUsed); ++s) {
        third[s] += kEffectWeights[q] * a *
                    (row.triple[s][0] + a * (row.triple[s][1] + a * row.triple[s][2]));
      }
    }
    for (int s = 0; s < kUsed; ++s) average[s] += kEffectWeights[q] * mean[q][s];
  }
  for (int s = 0; s < kUsed; ++s) sum.mean[s] += average[s];
  for (int q = 0; q < kEffectNodes; ++q) {
    std::array<double, 2> off{};
    for (int s = 0; s < kUsed; ++s) off[s] = mean[q][s] - average[s];
    for (int s = 0; s < Pairs(kUsed); ++s) {
      sum.pair[s] += kEffectWeights[q] * (pair[q][s] + PairProduct(s, off));
    }
    for (int s = 0; s < Triples(kUsed); ++s) {
      third[s] += kEffectWeights[q] *
                  (Symmetric(
                       s, [&](int k) { return pair[q][k]; }, [&](int k) { return off[k]; }) +
                   Product(s, off));
    }
  }
  for (int s = 0; s < Triples(kUsed); ++s) sum.triple[s] += third[s];
}

}  // namespace jalon::sim
