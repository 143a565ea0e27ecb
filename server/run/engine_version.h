// The engine's version as answers name it.
#ifndef JALON_SERVER_RUN_ENGINE_VERSION_H_
#define JALON_SERVER_RUN_ENGINE_VERSION_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "jalon/v1/simulation_service.pb.h"
#include "sim/engine/conditional/conditional.h"
#include "sim/engine/sampled.h"

namespace jalon::server {

// Of ESTIMATOR_SAMPLED, else of ESTIMATOR_CONDITIONAL, whose rows without a closed form, and
// scores, are sampled.
inline std::string EngineVersionOf(v1::Estimator estimator) {
  if (estimator == v1::ESTIMATOR_SAMPLED) return sim::kEngineVersion;
  return absl::StrCat(sim::kConditionalVersion, "+", sim::kEngineVersion);
}

}  // namespace jalon::server

#endif  // JALON_SERVER_RUN_ENGINE_VERSION_H_
