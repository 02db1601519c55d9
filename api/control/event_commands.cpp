#include <utility>

#include "api/control/commands.h"
#include "service/core/ingested_event.h"
#include "service/core/status_view.h"

namespace berth::control {
namespace {

/// With `"stream":true` events as lines of this connection, else where else they are to be had.
void subscribe(const std::shared_ptr<Call>& call, const std::string& address) {
  const core::JsonObject& message = call->message();
  if (auto only = only_members(message, {"stream", "filter", "last_event_id"}); !only) {
    return call->fail(only.error());
  }
  const core::JsonMember* stream = message.find("stream");
  if (stream != nullptr && stream->kind != core::JsonKind::boolean) {
    return call->fail(
        {core::ErrorCode::invalid_argument, "stream must be true or false", "stream", {}});
  }
  auto wanted = core::read_event_subscription(message, call->caller());
  if (!wanted) return call->fail(wanted.error());
  if (stream != nullptr && stream->raw == "true") return call->follow(*std::move(wanted));
  core::JsonWriter json;
  json.begin_object().member("url", "http://" + address + "/events").end_object();
  call->answer(json.str());
}

void emit_test_event(const std::shared_ptr<Call>& call, core::ChangeLog& log) {
  if (auto only = only_members(call->message(), {}); !only) return call->fail(only.error());
  core::ChangeSet set;
  set.durability = core::Durability::durable;
  set.event_ids = std::make_shared<std::vector<std::int64_t>>();
  core::EventRecord event = core::test_event();
  event.correlation_id = call->caller().correlation_id;
  set.add(std::move(event));
  const auto ids = set.event_ids;
  log.commit(std::move(set), [call, ids](const core::Result<void>& stored) {
    if (!stored) return call->fail(stored.error());
    core::JsonWriter json;
    json.begin_object().member("id", ids->front()).end_object();
    call->answer(json.str());
  });
}

}  // namespace

void add_event_commands(CommandSet& commands, const core::StatusSource& status,
                        core::ChangeLog& log, std::function<std::string()> address) {
  commands.add(
      "subscribe_events",
      {core::Scope::client, [address = std::move(address)](const std::shared_ptr<Call>& call) {
         subscribe(call, address());
       }});
  commands.add("event_stats", {core::Scope::admin, [&status](const std::shared_ptr<Call>& call) {
                                 if (auto only = only_members(call->message(), {}); !only) {
                                   return call->fail(only.error());
                                 }
                                 core::JsonWriter json;
                                 core::write_event_statistics(json, status.status());
                                 call->answer(json.str());
                               }});
  commands.add("emit_test_event", {core::Scope::admin, [&log](const std::shared_ptr<Call>& call) {
                                     emit_test_event(call, log);
                                   }});
}

}  // namespace berth::control
