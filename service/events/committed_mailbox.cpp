#include "service/events/committed_mailbox.h"

#include <utility>

namespace berth::events {

void CommittedMailbox::put(std::shared_ptr<const core::CommittedEvents> batch) {
  const std::lock_guard lock(mutex_);
  const std::size_t events = batch->events.size();
  total_ += events;
  if (!listening_ || waiting_ + events > kMaxWaitingEvents) {
    mail_.skip_to = batch->last_id;
    mail_.batches.clear();
    waiting_ = 0;
    if (!listening_) return;
  } else {
    waiting_ += events;
    mail_.batches.push_back(std::move(batch));
  }
  if (wake_ && !std::exchange(woken_, true)) wake_();
}

void CommittedMailbox::set_listening(bool listening) {
  const std::lock_guard lock(mutex_);
  listening_ = listening;
}

std::uint64_t CommittedMailbox::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
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
