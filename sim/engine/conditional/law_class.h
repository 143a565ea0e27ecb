// Targets whose laws err alike. Internal to sim/engine/conditional.
#ifndef JALON_SIM_ENGINE_CONDITIONAL_LAW_CLASS_H_
#define JALON_SIM_ENGINE_CONDITIONAL_LAW_CLASS_H_

#include <optional>
#include <vector>

#include "sim/engine/conditional/target_law.h"
#include "sim/engine/law_check.h"

namespace jalon::sim {

// The class of a target: nullopt where nothing can be off, because nothing is drawn, or all of it,
// or because there is no threshold. A function of what its law was chosen by: a variant's target
// has the class it has in the baseline.
std::optional<LawClass> ClassOf(const TargetLaw& law);

// Classes a plan may have at most.
inline constexpr int kMostLawClasses = 11;

// Those of `checks` that are wrong.
std::vector<LawClass> WrongClasses(const std::vector<LawCheck>& checks);

}  // namespace jalon::sim

#endif  // JALON_SIM_ENGINE_CONDITIONAL_LAW_CLASS_H_
