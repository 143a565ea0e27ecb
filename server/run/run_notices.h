// What the reader of an answer must know besides its numbers.
#ifndef JALON_SERVER_RUN_RUN_NOTICES_H_
#define JALON_SERVER_RUN_RUN_NOTICES_H_

#include <string>
#include <vector>

#include "sim/engine/plan.h"
#include "sim/model/model.h"
#include "sim/network/revision.h"
#include "sim/scenario/scenario.h"

namespace jalon::server {

// One sentence each, at most 50: the regimes of a mixture with their weights; what an as_of in the
// past hides (closings) and cannot hide (history restated by later changes of perimeter); events
// whose size is an assumption; the declared channel shares they act through that are, with the
// number of branches each stands for; sales that move to another unit (once for all regimes that
// share them); and indicators with eliminations, which stay in proportion after `as_of`.
std::vector<std::string> NoticesOf(const sim::Revision& revision, sim::Period as_of,
                                   const sim::Scenario& scenario);

// Means of branches that act on what `plan` simulates and have no planned value in some period of
// its horizon: one sentence for each effect, with what is held counted.
std::vector<std::string> MeanNoticesOf(const sim::Revision& revision, const sim::Model& model,
                                       const sim::Plan& plan);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_RUN_NOTICES_H_
