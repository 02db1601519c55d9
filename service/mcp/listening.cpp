#include "service/mcp/listening.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::mcp {
namespace {

constexpr std::string_view kSubscriptionId = "io.modelcontextprotocol/subscriptionId";

struct Filter {
  bool has_resources = false;
  std::vector<std::string> uris;  // each once, in the order they came
};

tl::unexpected<RpcError> bad_filter(std::string_view rule) {
  return rpc_fail(kInvalidParams, fmt::format("params.notifications{}", rule));
}

/// Kinds of notification that this server has not are allowed and not acknowledged.
RpcResult<Filter> read_filter(const core::JsonObject* params) {
  const auto notifications = params == nullptr ? std::nullopt : params->object("notifications");
  if (!notifications) return bad_filter(" must be an object");
  Filter filter;
  const core::JsonMember* member = notifications->find("resourceSubscriptions");
  if (member == nullptr) return filter;
  const auto uris = core::parse_json(member->raw);
  if (!uris || !uris->IsArray()) return bad_filter(".resourceSubscriptions must be an array");
  std::set<std::string, std::less<>> seen;
  for (const auto& value : uris->GetArray()) {
    if (!value.IsString()) return bad_filter(".resourceSubscriptions must hold strings");
    std::string uri(value.GetString(), value.GetStringLength());
    if (seen.insert(uri).second) filter.uris.push_back(std::move(uri));
  }
  filter.has_resources = true;
  return filter;
}

}  // namespace

Outgoing resource_updated(const std::string& uri, std::string_view meta) {
  core::JsonWriter params;
  params.begin_object();
  if (!meta.empty()) params.raw_member("_meta", meta);
  params.member("uri", uri).end_object();
  return {Outgoing::Kind::notification,
          encode_notification("notifications/resources/updated", params.view()), 0, false, true};
}

RpcResult<std::shared_ptr<Listening>> Listening::make(core::Resources& resources,
                                                      const std::shared_ptr<WatchBudget>& budget,
                                                      const MessageId& id,
                                                      const core::JsonObject* params,
                                                      Notify notify) {
  auto filter = read_filter(params);
  if (!filter) return rpc_fail(filter.error());
  if (const auto room = budget->check(filter->uris.size()); !room) {
    return rpc_fail(kInternalError, room.error().message, R"({"code":"limit_exceeded"})");
  }
  const std::shared_ptr<Listening> made(new Listening(id, std::move(notify)));
  made->asked_for_resources_ = filter->has_resources;
  made->uris_ = std::move(filter->uris);
  made->watches_ = std::make_shared<WatchSet>(resources, budget,
                                              [weak = std::weak_ptr(made)](const std::string& uri) {
                                                if (const auto self = weak.lock())
                                                  self->changed(uri);
                                              });
  return made;
}

void Listening::start(const core::Caller& caller) {
  const auto self = shared_from_this();
  unknown_ = uris_.size();
  if (unknown_ == 0) return acknowledge();
  const std::vector<std::string> uris = uris_;  // those that do not exist are struck out meanwhile
  for (std::size_t i = 0; i < uris.size(); ++i) {
    watches_->add(caller, uris[i], [weak = weak_from_this(), i](const core::Result<void>& watch) {
      if (const auto listening = weak.lock()) {
        listening->watched(i, watch.has_value());
      }
    });
  }
}

void Listening::watched(std::size_t index, bool exists) {
  if (!exists) uris_[index].clear();
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
  if (asked_for_resources_) {
    params.key("resourceSubscriptions").begin_array();
    for (const std::string& uri : uris_) {
      if (!uri.empty()) params.value(uri);
    }
    params.end_array();
  }
  params.end_object().end_object();
  notify_({Outgoing::Kind::notification,
           encode_notification("notifications/subscriptions/acknowledged", params.view()), 0,
           false});
  acknowledged_ = true;
  for (const std::string& uri : std::exchange(early_changes_, {})) changed(uri);
}

void Listening::changed(const std::string& uri) {
  if (!acknowledged_) {
    early_changes_.insert(uri);
    return;
  }
  const auto self = shared_from_this();
  notify_(resource_updated(uri, meta()));
}

std::string Listening::result(const ServerInfo& info) const {
  constexpr Revision kRevision = Revision::r2026_07_28;
  core::JsonWriter json;
  begin_result(json, kRevision);
  json.key("_meta").begin_object();
  json.key("io.modelcontextprotocol/serverInfo");
  write_implementation(json, info, kRevision);
  json.raw_member(kSubscriptionId, id_.raw).end_object().end_object();
  return json.str();
}

}  // namespace berth::mcp
