#include "sim/engine/conditional/pilot_folding.h"

#include <utility>

#include "absl/status/statusor.h"
#include "sim/base/status_macros.h"

namespace jalon::sim {
namespace {

// A millisecond or two each: the first block finds fresh pages.
constexpr int kTargetsOfSlice = 4'096;

}  // namespace

PilotFolding::PilotFolding(PilotParts into, EstimatorBlock& block)
    : into_(std::move(into)), places_(into_.plan.plan().target_count(), 1) {
  absl::StatusOr<ConditionalBlock> closed = block.TakeConditional();
  status_ = closed.status();
  if (!status_.ok()) return;
  into_.kept.push_back(*std::move(closed));
  if (static_cast<int>(into_.kept.size()) == kPilotPoints) PlanParts();
}

void PilotFolding::PlanParts() {
  const int target_count = into_.plan.plan().target_count();
  for (const ConditionalBlock& pilot : into_.kept) {
    AddPart(target_count, kTargetsOfSlice,
            [this, &pilot](TargetRange targets) { places_.Add(pilot, 0, targets); });
  }
  AddPart(1, 1, [this](TargetRange) {
    into_.plan.SetPlaces(places_);
    targets_ = &into_.begin();
  });
  for (const ConditionalBlock& pilot : into_.kept) {
    AddPart(target_count, kTargetsOfSlice,
            [this, &pilot](TargetRange targets) { targets_->Add(pilot, targets); });
  }
}

absl::Status PilotFolding::Finish() {
  JALON_RETURN_IF_ERROR(status_);
  if (targets_ == nullptr) return absl::OkStatus();
  for (ConditionalBlock& pilot : into_.kept) targets_->EndBlock(std::move(pilot));
  into_.kept.clear();
  return absl::OkStatus();
}

}  // namespace jalon::sim
