#include "server/run/live_fits.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/convert/model.h"
#include "server/convert/time.h"

namespace jalon::server {
void StoreModel(const v1::Model& model, const sim::Model& content, const std::string& principal,
                Expect expect, Transaction& transaction) {
  BlobWriter blobs(&transaction);
  store::v1::ModelRecord record;
  *record.mutable_model() = model;
  record.set_principal(principal);
  for (std::string& piece : AddModel(content, blobs)) record.add_content(std::move(piece));
  transaction.mutations.push_back(
      PutResource{.name = model.name(),
                  .state = StoredState(v1::Model::State_Name(model.state())),
                  .payload = record.SerializeAsString(),
                  .expect = expect,
                  .blobs = blobs.digests()});
}

PutResource ModelWithoutContent(const v1::Model& model, const std::string& principal,
                                Expect expect) {
  store::v1::ModelRecord record;
  *record.mutable_model() = model;
  record.set_principal(principal);
  return {.name = model.name(),
          .state = StoredState(v1::Model::State_Name(model.state())),
          .payload = record.SerializeAsString(),
          .expect = expect};
}

absl::Status LiveFits::Start(PreparedFit fit) {
  const std::string name = fit.model.name();
  const std::string principal = fit.principal;
  const auto live = std::make_shared<LiveFit>(fit.model);
  {
    MutexLock lock(mu_);
    fits_[name] = live;
  }
  absl::Status queued =
      options_.batch.Run(principal, [this, live, fit = std::move(fit)] { Run(fit, *live); });
  if (!queued.ok()) {
    MutexLock lock(mu_);
    fits_.erase(name);
  }
  return queued;
}

std::shared_ptr<LiveFit> LiveFits::Find(absl::string_view name) const {
  MutexLock lock(mu_);
  const auto found = fits_.find(name);
  return found == fits_.end() ? nullptr : found->second;
}

void LiveFits::CancelBelow(absl::string_view network) {
  const std::string prefix = absl::StrCat(network, "/");
  MutexLock lock(mu_);
  for (auto& [name, fit] : fits_) {
    if (absl::StartsWith(name, prefix)) fit->Cancel();
  }
}

void LiveFits::Interrupt() {
  interrupted_.store(true);
  MutexLock lock(mu_);
  for (auto& [name, fit] : fits_) fit->Cancel();
}

void LiveFits::Run(const PreparedFit& fit, LiveFit& live) {
  live.Change([&](v1::Model& model, v1::Progress&) {
    model.set_state(v1::Model::STATE_RUNNING);
    *model.mutable_start_time() = ToProto(options_.clock.WallNow());
  });
  const int64_t series_count = fit.revision->value.realisations.series_count();
  absl::StatusOr<sim::Model> fitted = sim::FitModel(
      fit.revision->value, fit.options, sim::StopToken(&live.stop_flag()), [&](double share) {
        live.Change([&](v1::Model& model, v1::Progress& progress) {
          progress.set_ratio(share);
          progress.set_phase("fitting");
          progress.set_done(static_cast<int64_t>(share * static_cast<double>(series_count)));
          progress.set_total(series_count);
          *model.mutable_progress() = progress;
        });
      });
  if (absl::IsCancelled(fitted.status()) && interrupted_.load()) return;
  v1::Model model = live.resource();
  *model.mutable_end_time() = ToProto(options_.clock.WallNow());
  if (fitted.ok()) {
    fitted->notes.insert(fitted->notes.end(), fit.notes.begin(), fit.notes.end());
    model.set_state(v1::Model::STATE_SUCCEEDED);
    model.set_content_hash(ModelHash(*fitted));
    Describe(*fitted, &model);
  } else {
    model.set_state(absl::IsCancelled(fitted.status()) ? v1::Model::STATE_CANCELLED
                                                       : v1::Model::STATE_FAILED);
    model.set_error(std::string(fitted.status().message()));
  }
  const absl::Status stored = StoreEnd(model, fitted, fit.principal);
  if (!stored.ok()) model = NotStored(live.resource(), stored);
  {
    MutexLock lock(mu_);
    fits_.erase(model.name());
  }
  live.End(std::move(model));
}

v1::Model LiveFits::NotStored(v1::Model model, const absl::Status& why) const {
  *model.mutable_end_time() = ToProto(options_.clock.WallNow());
  if (absl::IsNotFound(why)) {
    model.set_state(v1::Model::STATE_CANCELLED);
    model.set_error("cancelled: its network was deleted, and the model with it");
    return model;
  }
  options_.log.Error("model_not_stored", {{"model", model.name()}, {"status", why.ToString()}});
  model.set_state(v1::Model::STATE_FAILED);
  model.set_error(absl::StrCat("it could not be stored: ", why.message()));
  return model;
}

absl::Status LiveFits::StoreEnd(const v1::Model& model, const absl::StatusOr<sim::Model>& fitted,
                                const std::string& principal) {
  JALON_ASSIGN_OR_RETURN(const auto stored,
                         options_.archive.Get<store::v1::ModelRecord>(model.name()));
  const Expect expect = Expect::Generation(stored.generation);
  Transaction transaction;
  if (fitted.ok()) {
    StoreModel(model, *fitted, principal, expect, transaction);
  } else {
    transaction.mutations.push_back(ModelWithoutContent(model, principal, expect));
  }
  return options_.archive.store().BlockingApply(std::move(transaction)).status();
}

}  // namespace jalon::server
