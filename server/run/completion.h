// Provisional periods of a revision, as a fit and its runs see them.
#ifndef JALON_SERVER_RUN_COMPLETION_H_
#define JALON_SERVER_RUN_COMPLETION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "jalon/v1/model_service.pb.h"
#include "server/run/archive.h"

namespace jalon::server {

// A revision with its provisional periods treated as `options` ask, and a sentence per indicator
// that has some.
struct TreatedRevision {
  std::shared_ptr<const LoadedRevision> revision;
  std::vector<std::string> notes;
};

// Left out: the revision as it is, whose fit does not look at them. Completed: factors are learnt
// from the revisions it was appended to, at most the 36 before it (sim/provisional). Deterministic
// for a revision whose earlier ones are there. Waits for the store.
absl::StatusOr<TreatedRevision> TreatProvisional(Archive& archive,
                                                 std::shared_ptr<const LoadedRevision> revision,
                                                 const v1::FitOptions& options);

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_COMPLETION_H_
