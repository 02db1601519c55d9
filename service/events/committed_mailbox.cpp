#include "service/events/committed_mailbox.h"

#include <utility>

namespace berth::events {

void CommittedMailbox::put(core::CommittedEvents batch) {
  const std::lock_guard lock(mutex_);
  if (waiting_ + batch.events.size() > kMaxWaitingEvents) {
    mail_.skip_to = batch.last_id;
    mail_.batches.clear();
    waiting_ = 0;
  } else {
    waiting_ += batch.events.size();
    mail_.batches.push_back(std::move(batch));
  }
  if (wake_ && !std::exchange(woken_, true)) wake_();
}

CommittedMailbox::Mail CommittedMailbox::take() {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  waiting_ = 0;
  return std::exchange(mail_, {});
}

void CommittedMailbox::set_wake(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
  woken_ = false;
}

}  // namespace berth::events
