#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "service/core/resources.h"

namespace berth::mcp {

/// The watches of one client, however it asked for them.
struct WatchBudget {
  static constexpr std::size_t kMax = 1000;
  std::size_t used = 0;

  /// limit_exceeded if `more` would be too many.
  core::Result<void> check(std::size_t more) const;
};

/// Resources that are watched for one subscription or connection. Destroying it ends them all,
/// also those that are still being set up. Core loop.
class WatchSet : public std::enable_shared_from_this<WatchSet> {
 public:
  /// May destroy the set.
  using OnChange = std::function<void(const std::string& uri)>;

  /// `resources` must outlive it.
  WatchSet(core::Resources& resources, std::shared_ptr<WatchBudget> budget, OnChange changed)
      : resources_(resources), budget_(std::move(budget)), changed_(std::move(changed)) {}
  ~WatchSet();
  WatchSet(const WatchSet&) = delete;
  WatchSet& operator=(const WatchSet&) = delete;

  /// limit_exceeded beyond the budget; else as core::Resources::watch. What is watched already is
  /// not watched twice. `done` may come before the call returns and is dropped with the set.
  void add(const core::Caller& caller, const std::string& uri, core::Resources::Done<void> done);
  void remove(const std::string& uri);

  std::vector<std::string> uris() const;

 private:
  void added(const std::string& uri, core::Result<std::shared_ptr<void>> watch,
             const core::Resources::Done<void>& done);

  core::Resources& resources_;
  std::shared_ptr<WatchBudget> budget_;
  OnChange changed_;
  std::map<std::string, std::shared_ptr<void>> watches_;  // null while it is being set up
};

}  // namespace berth::mcp
