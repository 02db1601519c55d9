#include "service/jobs/job_table.h"

#include <algorithm>
#include <utility>

namespace berth::jobs {
namespace {

constexpr std::size_t kMaxKeys = 100'000;

std::string key_text(const std::string& client_id, char kind, const std::string& key) {
  std::string text = client_id;
  text.push_back('\0');
  text.push_back(kind);
  return text += key;
}

}  // namespace

struct JobTable::Waiter {
  explicit Waiter(loop::Loop& loop) : deadline(loop) {}

  loop::Timer deadline;
  std::shared_ptr<core::Cancellation> cancel;
  OnWaitEnd done;
};

JobTable::JobTable(loop::Loop& loop, core::ChangeLog& log) : loop_(loop), log_(log) {}

JobTable::~JobTable() = default;

JobPointer JobTable::add(core::JobRecord record) {
  if (!record.request_key.empty()) {
    remember_key(record, key_text(record.client_id, 'r', record.request_key));
  }
  if (!record.link_key.empty()) {
    remember_key(record, key_text(record.client_id, 'l', record.link_key));
  }
  auto job = std::make_shared<Job>();
  job->record = std::move(record);
  jobs_.emplace(job->record.id, job);
  return job;
}

JobPointer JobTable::find(const core::JobId& id) const {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : found->second;
}

void JobTable::for_each(const std::function<void(const JobPointer&)>& visit) const {
  for (const auto& [id, job] : jobs_) visit(job);
}

void JobTable::remember_key(const core::JobRecord& record, const std::string& key) {
  if (!keys_.emplace(key, record.id).second) return;
  key_order_.push_back(key);
  if (key_order_.size() <= kMaxKeys) return;
  keys_.erase(key_order_.front());
  key_order_.pop_front();
  keys_forgotten_ = true;
}

std::optional<core::JobId> JobTable::by_key(const std::string& client_id,
                                            const std::string& request_key,
                                            const std::string& link_key) const {
  for (const auto& [kind, key] : {std::pair('r', &request_key), std::pair('l', &link_key)}) {
    if (key->empty()) continue;
    if (const auto found = keys_.find(key_text(client_id, kind, *key)); found != keys_.end()) {
      return found->second;
    }
  }
  return std::nullopt;
}

void JobTable::forget_keys(const JobPointer& job) {
  core::JobRecord& record = job->record;
  for (const auto& [kind, key] :
       {std::pair('r', &record.request_key), std::pair('l', &record.link_key)}) {
    const auto found = keys_.find(key_text(record.client_id, kind, *key));
    if (found != keys_.end() && found->second == record.id) keys_.erase(found);
    key->clear();
  }
  if (!job->has_row) return;
  core::ChangeSet set;
  set.add(core::JobErasure{record.id, core::JobErasure::What::keys});
  log_.commit(std::move(set), nullptr);
}

std::shared_ptr<void> JobTable::observe(const JobPointer& job, OnChange changed) {
  auto observer = std::make_shared<OnChange>(std::move(changed));
  auto& list = observers_[job->record.id];
  std::erase_if(list, [](const auto& weak) { return weak.expired(); });
  list.push_back(observer);
  return observer;
}

void JobTable::changed(const Job& job) {
  const auto found = observers_.find(job.record.id);
  if (found == observers_.end()) return;
  const auto list = found->second;  // an observer may come or go meanwhile
  for (const auto& weak : list) {
    if (const auto observer = weak.lock()) (*observer)(job);
  }
}

void JobTable::tell_end(const JobPointer& job) {
  end_waits(job->record.id);
  changed(*job);
  observers_.erase(job->record.id);
}

void JobTable::store(const JobPointer& job, core::ChangeSet set, core::ChangeLog::Done done) {
  job->has_row = true;
  set.changes.insert(set.changes.begin(), job->record);
  log_.commit(std::move(set), std::move(done));
}

void JobTable::finish(const JobPointer& job, core::ChangeSet set, Tell tell,
                      core::ChangeLog::Done done) {
  job->ending = true;
  store(job, std::move(set), [this, job, done = std::move(done)](core::Result<void> stored) {
    if (done) done(stored);
    // Told even if it could not be stored: a waiter left hanging would help nobody.
    tell_end(job);
    jobs_.erase(job->record.id);
  });
  if (tell == Tell::at_once) tell_end(job);
}

void JobTable::end_waits(const core::JobId& id) {
  auto waiting = waiters_.extract(id);
  if (waiting.empty()) return;
  for (const auto& waiter : waiting.mapped()) {
    if (waiter->cancel) waiter->cancel->on_cancel(nullptr);
    waiter->deadline.cancel();
    waiter->done(WaitEnd::finished);
  }
}

void JobTable::wait(const JobPointer& job, core::Milliseconds limit,
                    const std::shared_ptr<core::Cancellation>& cancel, OnWaitEnd done) {
  if (!jobs_.contains(job->record.id)) return done(WaitEnd::finished);
  if (stopping_) return done(WaitEnd::stopping);
  if (cancel && cancel->cancelled()) return done(WaitEnd::cancelled);
  auto& list = waiters_[job->record.id];
  Waiter* waiter = list.emplace_back(std::make_unique<Waiter>(loop_)).get();
  waiter->cancel = cancel;
  waiter->done = std::move(done);
  waiter->deadline.start(
      limit, [this, id = job->record.id, waiter] { end_wait(id, waiter, WaitEnd::timed_out); });
  if (cancel) {
    cancel->on_cancel(
        [this, id = job->record.id, waiter] { end_wait(id, waiter, WaitEnd::cancelled); });
  }
}

void JobTable::interrupt_waits() {
  stopping_ = true;
  for (auto& [id, waiters] : std::exchange(waiters_, {})) {
    for (const auto& waiter : waiters) {
      if (waiter->cancel) waiter->cancel->on_cancel(nullptr);
      waiter->deadline.cancel();
      waiter->done(WaitEnd::stopping);
    }
  }
}

void JobTable::end_wait(const core::JobId& id, Waiter* waiter, WaitEnd how) {
  const auto list = waiters_.find(id);
  if (list == waiters_.end()) return;
  const auto found =
      std::ranges::find(list->second, waiter, [](const auto& owned) { return owned.get(); });
  if (found == list->second.end()) return;
  const std::unique_ptr<Waiter> owned = std::move(*found);
  list->second.erase(found);
  if (list->second.empty()) waiters_.erase(list);
  if (owned->cancel && how != WaitEnd::cancelled) owned->cancel->on_cancel(nullptr);
  owned->deadline.cancel();
  owned->done(how);
}

}  // namespace berth::jobs
