// How means of branches act: elasticities from the history. Internal to sim/model.
#ifndef JALON_SIM_MODEL_MEAN_EFFECTS_H_
#define JALON_SIM_MODEL_MEAN_EFFECTS_H_

#include <string>
#include <vector>

#include "sim/model/model.h"
#include "sim/model/panel.h"
#include "sim/network/revision.h"

namespace jalon::sim {

struct MeanFit {
  // Ascending by (mean, indicator); empty when the revision declares none.
  std::vector<MeanEffect> effects;
  // What was left out or not learnt, for people.
  std::vector<std::string> notes;
};

// Estimates every declared elasticity on the log link, pooled over the branches of its indicator,
// and puts ratio^elasticity into the exposures of `panel`, so that the rest of the fit sees cells
// at the usual size of their means. Months without any of a mean leave the panel.
//
// What identifies an elasticity is how a branch's mean moved against the branches of its group
// (region, segment): levels of series and common paths of groups are taken out of both sides
// [FrischWaugh1933]. The likelihood is quasi-Poisson; the standard error is robust to anything a
// branch keeps from one period to another, clustered by branch [LiangZeger1986], with at least 3
// branches that moved; the posterior is its normal combination with the prior. Deterministic;
// O(series x periods) per indicator that a mean acts on. Docs: docs/model/means.md.
MeanFit FitMeans(const Revision& revision, FitPanel& panel);

}  // namespace jalon::sim

#endif  // JALON_SIM_MODEL_MEAN_EFFECTS_H_
