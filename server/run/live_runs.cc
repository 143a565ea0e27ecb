#include "server/run/live_runs.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/convert/serialize.h"
#include "server/convert/status.h"
#include "server/convert/time.h"
#include "server/run/run_end.h"
#include "server/run/score_rows.h"

namespace jalon::server {

absl::Status LiveRuns::Add(PreparedRun&& prepared, const std::string& principal) {
  const std::string name = prepared.run.name();
  MutexLock lock(mu_);
  if (entries_.contains(name)) {
    return absl::AlreadyExistsError(absl::StrCat(name, " already exists"));
  }
  if (reserved_bytes_ + prepared.peak_bytes > options_.max_bytes) {
    return LimitExceeded("run_bytes", options_.max_bytes, reserved_bytes_ + prepared.peak_bytes,
                         "bytes");
  }
  auto run = std::make_shared<LiveRun>(std::move(prepared.run), std::move(prepared.axis),
                                       prepared.peak_bytes);
  auto job = std::make_shared<SimulationJob>(std::move(prepared.input), EventsOf(run, principal),
                                             options_.clock, &options_.surfaces);
  reserved_bytes_ += run->peak_bytes();
  options_.baselines.ShrinkTo(options_.max_bytes - reserved_bytes_);
  entries_[name] = {std::move(run), std::move(job), principal};
  return absl::OkStatus();
}

absl::Status LiveRuns::Start(absl::string_view name) {
  std::string principal;
  std::shared_ptr<SimulationJob> job;
  {
    MutexLock lock(mu_);
    const auto entry = entries_.find(name);
    if (entry == entries_.end()) return absl::NotFoundError(absl::StrCat("there is no ", name));
    principal = entry->second.principal;
    job = entry->second.job;
    entry->second.started = true;
    launched_.NotifyAll();
  }
  absl::Status submitted = options_.jobs.Submit(principal, std::move(job));
  if (!submitted.ok()) Drop(name);
  return submitted;
}

void LiveRuns::Drop(absl::string_view name) {
  Entry dropped;
  MutexLock lock(mu_);
  const auto entry = entries_.find(name);
  if (entry == entries_.end()) return;
  reserved_bytes_ -= entry->second.run->peak_bytes();
  dropped = std::move(entry->second);
  entries_.erase(entry);
  launched_.NotifyAll();
}

void LiveRuns::WaitForLaunch(absl::string_view name) {
  MutexLock lock(mu_);
  launched_.Wait(mu_, [&] {
    mu_.AssertHeld();
    const auto entry = entries_.find(name);
    return entry == entries_.end() || entry->second.started;
  });
}

std::shared_ptr<LiveRun> LiveRuns::Find(absl::string_view name) const {
  MutexLock lock(mu_);
  const auto entry = entries_.find(name);
  return entry == entries_.end() ? nullptr : entry->second.run;
}

void LiveRuns::Cancel(absl::string_view name) {
  MutexLock lock(mu_);
  const auto entry = entries_.find(name);
  if (entry != entries_.end()) entry->second.job->Cancel();
}

void LiveRuns::CancelBelow(absl::string_view network) {
  const std::string prefix = absl::StrCat(network, "/");
  MutexLock lock(mu_);
  for (auto& [name, entry] : entries_) {
    if (absl::StartsWith(name, prefix)) entry.job->Cancel();
  }
}

int64_t LiveRuns::reserved_bytes() const {
  MutexLock lock(mu_);
  return reserved_bytes_;
}

void LiveRuns::Keep(const std::string& key, std::shared_ptr<const sim::BaselineBlock> block) {
  options_.baselines.Put(key, std::move(block));
  options_.baselines.ShrinkTo(options_.max_bytes - reserved_bytes());
}

SimulationEvents LiveRuns::EventsOf(const std::shared_ptr<LiveRun>& run,
                                    const std::string& principal) {
  return {
      .on_started =
          [this, run] {
            run->Change([&](v1::Run& shown, RunUpdate&) {
              shown.set_state(v1::Run::STATE_RUNNING);
              *shown.mutable_start_time() = ToProto(options_.clock.WallNow());
            });
          },
      .on_progress =
          [run](const v1::Progress& progress) {
            run->Change([&](v1::Run& shown, RunUpdate& update) {
              *shown.mutable_progress() = progress;
              update.progress = progress;
            });
          },
      .on_checkpoint =
          [run](std::shared_ptr<const ResultTable> table) {
            run->Change([&](v1::Run& shown, RunUpdate& update) {
              shown.mutable_provenance()->set_path_count(table->path_count);
              update.table = std::move(table);
            });
          },
      .on_baseline =
          [this](const std::string& key, std::shared_ptr<const sim::BaselineBlock> block) {
            Keep(key, std::move(block));
          },
      .on_end = [this, run, principal](const SimulationEnd& end) { Finish(run, principal, end); }};
}

v1::Run LiveRuns::Ended(const LiveRun& live, const SimulationEnd& end) const {
  v1::Run run = live.resource();
  DescribeEnd(end, run);
  if (run.state() == v1::Run::STATE_SUCCEEDED) run.mutable_progress()->set_ratio(1);
  run.mutable_progress()->clear_remaining();
  run.mutable_progress()->set_done(run.provenance().path_count());
  *run.mutable_end_time() = ToProto(options_.clock.WallNow());
  return run;
}

void LiveRuns::Finish(const std::shared_ptr<LiveRun>& live, const std::string& principal,
                      const SimulationEnd& end) {
  v1::Run run = Ended(*live, end);
  const absl::Status stored = StoreEnd(run, principal, *live, end);
  if (absl::IsNotFound(stored)) {
    run = Ended(*live, {.reason = v1::Termination::REASON_CANCELLED,
                        .network_deleted = true,
                        .cpu_seconds = end.cpu_seconds});
  } else if (!stored.ok()) {
    options_.log.Error("run_not_stored", {{"run", run.name()}, {"status", stored.ToString()}});
    run.set_state(v1::Run::STATE_FAILED);
    run.set_error(absl::StrCat("its answer could not be stored: ", stored.message()));
  }
  Drop(run.name());
  if (end.block != nullptr && stored.ok()) {
    const v1::Provenance& source = run.provenance();
    Keep(BaselineCache::Key(source.spec_hash(), source.path_count()), end.block);
  }
  live->End(std::move(run));
}

absl::Status LiveRuns::StoreEnd(const v1::Run& run, const std::string& principal,
                                const LiveRun& live, const SimulationEnd& end) {
  Transaction transaction;
  BlobWriter blobs(&transaction);
  store::v1::RunRecord record;
  *record.mutable_run() = run;
  record.set_principal(principal);
  record.set_row_axis(blobs.Add(DeterministicBytes(live.axis().proto())));
  for (size_t c = 0; end.table != nullptr && c < end.table->columns.size(); ++c) {
    record.add_columns(blobs.Add(SerializeColumn(end.table->specs[c], end.table->columns[c])));
  }
  if (end.table != nullptr && end.table->scores != nullptr) {
    AddScores(*end.table->scores, blobs, record);
  }
  JALON_ASSIGN_OR_RETURN(const auto stored, options_.archive.Get<store::v1::RunRecord>(run.name()));
  transaction.mutations.push_back(
      PutResource{.name = run.name(),
                  .state = StoredState(v1::Run::State_Name(run.state())),
                  .payload = record.SerializeAsString(),
                  .expect = Expect::Generation(stored.generation),
                  .blobs = blobs.digests()});
  return options_.archive.store().BlockingApply(std::move(transaction)).status();
}

}  // namespace jalon::server
