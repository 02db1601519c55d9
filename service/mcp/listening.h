#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "service/mcp/calls.h"
#include "service/mcp/resource_methods.h"
#include "service/mcp/watch_set.h"

namespace berth::mcp {

/// One `subscriptions/listen` (2026-07-28, basic/patterns/subscriptions): says first what of the
/// filter it honours, which is the resources that exist for the caller, then each change, until it
/// is destroyed. Core loop.
class Listening : public std::enable_shared_from_this<Listening> {
 public:
  /// Takes whole notifications; may destroy this object.
  using Notify = std::function<void(Outgoing)>;

  /// kInvalidParams for a filter that is none, kInternalError beyond the budget. Does nothing until
  /// start().
  static RpcResult<std::shared_ptr<Listening>> make(core::Resources& resources,
                                                    const std::shared_ptr<WatchBudget>& budget,
                                                    const MessageId& id,
                                                    const core::JsonObject* params, Notify notify);

  void start(const core::Caller& caller);

  /// The raw result that says that the server ended it.
  std::string result(const ServerInfo& info) const;

 private:
  Listening(MessageId id, Notify notify) : id_(std::move(id)), notify_(std::move(notify)) {}

  void watched(std::size_t index, bool exists);
  void acknowledge();
  void changed(const std::string& uri);
  std::string meta() const;

  MessageId id_;
  Notify notify_;
  std::shared_ptr<WatchSet> watches_;
  bool asked_for_resources_ = false;
  std::vector<std::string> uris_;  // asked for; those that do not exist become empty
  std::size_t unknown_ = 0;        // how many are still being looked for
  bool acknowledged_ = false;
  std::set<std::string> early_changes_;  // before the acknowledgement
};

/// A whole `notifications/resources/updated`; `meta`: raw `_meta`, empty = none.
Outgoing resource_updated(const std::string& uri, std::string_view meta = {});

}  // namespace berth::mcp
