#include "service/mcp/watch_set.h"

#include <fmt/format.h>

#include <utility>

namespace berth::mcp {

core::Result<void> WatchBudget::check(std::size_t more) const {
  if (more <= kMax - used) return {};
  return core::fail(core::ErrorCode::limit_exceeded,
                    fmt::format("a client watches at most {} resources at once", kMax));
}

WatchSet::~WatchSet() {
  budget_->used -= watches_.size();
}

void WatchSet::add(const core::Caller& caller, const std::string& uri,
                   core::Resources::Done<void> done) {
  if (!watches_.contains(uri)) {
    if (const auto room = budget_->check(1); !room) return done(core::fail(room.error()));
    watches_.emplace(uri, nullptr);
    ++budget_->used;
  }
  resources_.watch(
      caller, uri,
      [weak = weak_from_this(), uri] {
        if (const auto self = weak.lock()) self->changed_(uri);
      },
      [weak = weak_from_this(), uri,
       done = std::move(done)](core::Result<std::shared_ptr<void>> watch) {
        if (const auto self = weak.lock()) self->added(uri, std::move(watch), done);
      });
}

void WatchSet::added(const std::string& uri, core::Result<std::shared_ptr<void>> watch,
                     const core::Resources::Done<void>& done) {
  const auto found = watches_.find(uri);
  if (found == watches_.end()) return done({});  // removed meanwhile
  if (watch) {
    found->second = std::move(*watch);
    return done({});
  }
  if (!found->second) remove(uri);
  done(core::fail(std::move(watch.error())));
}

void WatchSet::remove(const std::string& uri) {
  budget_->used -= watches_.erase(uri);
}

std::vector<std::string> WatchSet::uris() const {
  std::vector<std::string> uris;
  for (const auto& [uri, watch] : watches_) {
    if (watch) uris.push_back(uri);
  }
  return uris;
}

}  // namespace berth::mcp
