#include "service/events/hub_group.h"

#include <algorithm>

namespace berth::events {
namespace {

constexpr std::size_t kMostHubs = 4;
/// One thread has told so many within half a millisecond.
constexpr std::size_t kTogether = 32;

}  // namespace

CommittedMailboxes::CommittedMailboxes(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    mailboxes_.push_back(std::make_unique<CommittedMailbox>());
  }
}

void CommittedMailboxes::put(const std::shared_ptr<const core::CommittedEvents>& batch) {
  for (const auto& mailbox : mailboxes_) mailbox->put(batch);
}

struct HubGroup::Member {
  Member(core::EventHistory& history, CommittedMailbox& mailbox, const HubOptions& options)
      : hub(loop, history, mailbox, options) {}

  loop::Loop loop;
  EventHub hub;
  std::size_t seats = 0;
  std::thread thread;
};

HubGroup::Seat::Seat(Member& member) : member_(&member) {
  ++member.seats;
}

HubGroup::Seat::~Seat() {
  if (member_ != nullptr) --member_->seats;
}

loop::Loop& HubGroup::Seat::loop() const {
  return member_->loop;
}

EventHub& HubGroup::Seat::hub() const {
  return member_->hub;
}

std::size_t HubGroup::useful_size() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMostHubs);
}

HubGroup::HubGroup(core::EventHistory& history, CommittedMailboxes& mailboxes, HubOptions options) {
  options.ring_bytes /= mailboxes.size();
  for (std::size_t i = 0; i < mailboxes.size(); ++i) {
    members_.push_back(std::make_unique<Member>(history, mailboxes[i], options));
  }
}

HubGroup::~HubGroup() {
  stop();
}

void HubGroup::start() {
  for (const auto& member : members_) {
    member->thread = std::thread([&loop = member->loop] { loop.run(); });
  }
}

HubGroup::Seat HubGroup::take_seat() {
  Member& first = *members_.front();
  if (first.seats < kTogether) return Seat(first);
  return Seat(**std::ranges::min_element(
      members_, {}, [](const std::unique_ptr<Member>& member) { return member->seats; }));
}

void HubGroup::end_all() {
  for (const auto& member : members_) {
    member->loop.post([&hub = member->hub] { hub.end_all(); });
  }
}

void HubGroup::stop() {
  for (const auto& member : members_) {
    if (!member->thread.joinable()) continue;
    member->loop.stop();
    member->thread.join();
  }
}

core::EventStatistics HubGroup::recent_statistics() const {
  core::EventStatistics all;
  for (const auto& member : members_) {
    const core::EventStatistics of_one = member->hub.recent_statistics();
    all.subscribers += of_one.subscribers;
    all.subscribed += of_one.subscribed;
    all.delivered += of_one.delivered;
    all.replayed += of_one.replayed;
    all.bytes += of_one.bytes;
    all.delivered_per_second += of_one.delivered_per_second;
    // Each of them hears of all.
    all.published = std::max(all.published, of_one.published);
    all.published_per_second = std::max(all.published_per_second, of_one.published_per_second);
  }
  return all;
}

}  // namespace berth::events
