#include "service/mcp/listening.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "service/mcp/task_methods.h"

namespace berth::mcp {
namespace {

constexpr std::string_view kSubscriptionId = "io.modelcontextprotocol/subscriptionId";

struct Filter {
  std::optional<std::vector<std::string>> uris;
  std::optional<std::vector<std::string>> task_ids;
};

tl::unexpected<RpcError> bad_filter(std::string_view rule) {
  return rpc_fail(kInvalidParams, fmt::format("params.notifications{}", rule));
}

/// A member that lists what is listened to, each once, in the order they came; nothing if absent.
RpcResult<std::optional<std::vector<std::string>>> read_names(const core::JsonObject& notifications,
                                                              std::string_view key) {
  const core::JsonMember* member = notifications.find(key);
  if (member == nullptr) return std::nullopt;
  const auto list = core::parse_json(member->raw);
  if (!list || !list->IsArray()) return bad_filter(fmt::format(".{} must be an array", key));
  std::vector<std::string> names;
  std::set<std::string, std::less<>> seen;
  for (const auto& value : list->GetArray()) {
    if (!value.IsString()) return bad_filter(fmt::format(".{} must hold strings", key));
    std::string name(value.GetString(), value.GetStringLength());
    if (seen.insert(name).second) names.push_back(std::move(name));
  }
  return names;
}

/// Kinds of notification that this server has not are allowed and not acknowledged.
RpcResult<Filter> read_filter(const core::JsonObject* params) {
  const auto notifications = params == nullptr ? std::nullopt : params->object("notifications");
  if (!notifications) return bad_filter(" must be an object");
  auto uris = read_names(*notifications, "resourceSubscriptions");
  if (!uris) return rpc_fail(uris.error());
  auto task_ids = read_names(*notifications, "taskIds");
  if (!task_ids) return rpc_fail(task_ids.error());
  return Filter{std::move(*uris), std::move(*task_ids)};
}

void write_names(core::JsonWriter& json, std::string_view key,
                 const std::vector<std::string>& names) {
  json.key(key).begin_array();
  for (const std::string& name : names) {
    if (!name.empty()) json.value(name);
  }
  json.end_array();
}

}  // namespace

Outgoing resource_updated(const std::string& uri, std::string_view meta) {
  core::JsonWriter params;
  params.begin_object();
  if (!meta.empty()) params.raw_member("_meta", meta);
  params.member("uri", uri).end_object();
  Outgoing updated =
      notification(encode_notification("notifications/resources/updated", params.view()));
  updated.idempotent = true;
  return updated;
}

RpcResult<std::shared_ptr<Listening>> Listening::make(const Sources& sources,
                                                      const std::shared_ptr<WatchBudget>& budget,
                                                      const MessageId& id, const Request& request,
                                                      Notify notify) {
  auto filter = read_filter(request.params);
  if (!filter) return rpc_fail(filter.error());
  if (sources.resources == nullptr) filter->uris.reset();
  if (sources.tasks == nullptr) filter->task_ids.reset();
  if (filter->task_ids && !request.capabilities.tasks) return rpc_fail(tasks_capability_missing());
  const std::size_t count =
      (filter->uris ? filter->uris->size() : 0) + (filter->task_ids ? filter->task_ids->size() : 0);
  if (const auto room = budget->check(count); !room) {
    return rpc_fail(kInternalError, room.error().message, R"({"code":"limit_exceeded"})");
  }
  const std::shared_ptr<Listening> made(new Listening(sources, id, std::move(notify)));
  const std::weak_ptr<Listening> weak = made;
  if (filter->uris) {
    made->asked_for_resources_ = true;
    made->uris_ = std::move(*filter->uris);
    made->watches_ =
        std::make_shared<WatchSet>(*sources.resources, budget, [weak](const std::string& uri) {
          if (const auto self = weak.lock()) self->changed(uri);
        });
  }
  if (filter->task_ids) {
    made->asked_for_tasks_ = true;
    made->task_ids_ = std::move(*filter->task_ids);
    made->task_watch_ =
        std::make_shared<TaskWatch>(*sources.tasks, budget, [weak](const TaskView& task) {
          const auto self = weak.lock();
          if (!self) return;
          self->notify_(notification(encode_task_notification(task, self->info_, self->meta())));
        });
  }
  return made;
}

void Listening::start(const core::Caller& caller) {
  const auto self = shared_from_this();
  unknown_ = uris_.size() + task_ids_.size();
  if (unknown_ == 0) return acknowledge();
  const std::vector<std::string> uris = uris_;  // those that do not exist are struck out meanwhile
  const std::vector<std::string> task_ids = task_ids_;
  for (std::size_t i = 0; i < uris.size(); ++i) {
    watches_->add(caller, uris[i], [weak = weak_from_this(), i](const core::Result<void>& watch) {
      if (const auto listening = weak.lock()) {
        listening->watched(listening->uris_[i], watch.has_value());
      }
    });
  }
  for (std::size_t i = 0; i < task_ids.size(); ++i) {
    task_watch_->find(caller, task_ids[i], [weak = weak_from_this(), i](bool exists) {
      if (const auto listening = weak.lock()) listening->watched(listening->task_ids_[i], exists);
    });
  }
}

void Listening::watched(std::string& name, bool exists) {
  if (!exists) name.clear();
  if (--unknown_ == 0) acknowledge();
}

std::string Listening::meta() const {
  core::JsonWriter meta;
  meta.begin_object().raw_member(kSubscriptionId, id_.raw).end_object();
  return meta.str();
}

void Listening::acknowledge() {
  const auto self = shared_from_this();
  core::JsonWriter params;
  params.begin_object().raw_member("_meta", meta()).key("notifications").begin_object();
  if (asked_for_resources_) write_names(params, "resourceSubscriptions", uris_);
  if (asked_for_tasks_) write_names(params, "taskIds", task_ids_);
  params.end_object().end_object();
  notify_(
      notification(encode_notification("notifications/subscriptions/acknowledged", params.view())));
  acknowledged_ = true;
  for (const std::string& uri : std::exchange(early_changes_, {})) changed(uri);
  if (task_watch_) task_watch_->start();
}

void Listening::changed(const std::string& uri) {
  if (!acknowledged_) {
    early_changes_.insert(uri);
    return;
  }
  const auto self = shared_from_this();
  notify_(resource_updated(uri, meta()));
}

std::string Listening::result() const {
  constexpr Revision kRevision = Revision::r2026_07_28;
  core::JsonWriter json;
  begin_result(json, kRevision);
  json.key("_meta").begin_object();
  json.key("io.modelcontextprotocol/serverInfo");
  write_implementation(json, info_, kRevision);
  json.raw_member(kSubscriptionId, id_.raw).end_object().end_object();
  return json.str();
}

}  // namespace berth::mcp
