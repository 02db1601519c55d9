#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "service/mcp/outgoing.h"
#include "service/mcp/request.h"
#include "service/mcp/resource_methods.h"
#include "service/mcp/task_watch.h"
#include "service/mcp/watch_set.h"

namespace berth::mcp {

/// One `subscriptions/listen` (2026-07-28, basic/patterns/subscriptions): says first what of the
/// filter it honours, which is the resources and tasks that exist for the caller, then each change
/// of those resources and the end of each of those tasks, until it is destroyed. Core loop.
class Listening : public std::enable_shared_from_this<Listening> {
 public:
  /// Takes whole notifications; may destroy this object.
  using Notify = std::function<void(Outgoing)>;

  /// What can be listened to; null = there is none. Both outlive it.
  struct Sources {
    core::Resources* resources = nullptr;
    TaskSource* tasks = nullptr;
    const ServerInfo* info = nullptr;  ///< never null
  };

  /// kInvalidParams for a filter that is none, kMissingClientCapability for tasks where the client
  /// does not know them, kInternalError beyond the budget. Does nothing until start().
  static RpcResult<std::shared_ptr<Listening>> make(const Sources& sources,
                                                    const std::shared_ptr<WatchBudget>& budget,
                                                    const MessageId& id, const Request& request,
                                                    Notify notify);

  void start(const core::Caller& caller);

  /// The raw result that says that the server ended it.
  std::string result() const;

 private:
  Listening(const Sources& sources, MessageId id, Notify notify)
      : info_(*sources.info), id_(std::move(id)), notify_(std::move(notify)) {}

  void watched(std::string& name, bool exists);
  void acknowledge();
  void changed(const std::string& uri);
  std::string meta() const;

  const ServerInfo& info_;
  MessageId id_;
  Notify notify_;
  std::shared_ptr<WatchSet> watches_;
  std::shared_ptr<TaskWatch> task_watch_;
  bool asked_for_resources_ = false;
  bool asked_for_tasks_ = false;
  std::vector<std::string> uris_;  // asked for; those that do not exist become empty
  std::vector<std::string> task_ids_;
  std::size_t unknown_ = 0;  // how many of both are still being looked for
  bool acknowledged_ = false;
  std::set<std::string> early_changes_;  // before the acknowledgement
};

/// A whole `notifications/resources/updated`; `meta`: raw `_meta`, empty = none.
Outgoing resource_updated(const std::string& uri, std::string_view meta = {});

}  // namespace berth::mcp
