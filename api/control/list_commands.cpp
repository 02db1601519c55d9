#include <span>

#include "api/control/commands.h"
#include "service/core/choice.h"
#include "service/core/page_limit.h"
#include "service/core/views.h"

namespace berth::control {
namespace {

/// What a list is asked for: `state`, one of these, `client_id`, `limit` and `cursor`.
core::Result<core::ListFilter> read_list(const core::JsonObject& message,
                                         std::span<const std::string_view> states) {
  if (auto only = only_members(message, {"state", "client_id", "limit", "cursor"}); !only) {
    return core::fail(only.error());
  }
  core::ListFilter filter;
  const std::pair<std::string_view, std::string*> texts[] = {
      {"state", &filter.state}, {"client_id", &filter.client_id}, {"cursor", &filter.cursor}};
  for (const auto& [name, field] : texts) {
    if (!message.has(name)) continue;
    auto text = message.string(name);
    if (!text) {
      return core::fail(core::ErrorCode::invalid_argument, std::string(name) + " must be a text",
                        std::string(name));
    }
    *field = *std::move(text);
  }
  if (auto known = core::check_choice(filter.state, states, "state"); !known) {
    return core::fail(known.error());
  }
  if (const core::JsonMember* given = message.find("limit")) {
    const auto limit = core::parse_page_limit(given->raw);
    if (!limit) return core::fail(limit.error());
    filter.limit = *limit;
  }
  return filter;
}

/// Answers a list with what `list(caller, filter, done)` finds.
template <class Record, class List, class Write>
Command list_command(core::Scope scope, std::span<const std::string_view> states, List list,
                     Write write) {
  return {scope, [states, list, write](const std::shared_ptr<Call>& call) {
            auto filter = read_list(call->message(), states);
            if (!filter) return call->fail(filter.error());
            list(call->caller(), *std::move(filter),
                 [call, write](const core::Result<core::Page<Record>>& page) {
                   if (!page) return call->fail(page.error());
                   core::JsonWriter json;
                   core::write_page(json, *page, write);
                   call->answer(json.str());
                 });
          }};
}

}  // namespace

void add_list_commands(CommandSet& commands, core::Queries& queries, core::Execution& execution) {
  commands.add("list_connections",
               list_command<core::ConnectionRecord>(
                   core::Scope::admin, core::connection_states(),
                   [&queries](const core::Caller&, core::ListFilter filter, auto done) {
                     queries.connections(std::move(filter), std::move(done));
                   },
                   core::write_connection));
  commands.add("list_sessions",
               list_command<core::SessionRecord>(
                   core::Scope::client, core::session_states(),
                   [&execution](const core::Caller& caller, core::ListFilter filter, auto done) {
                     execution.list_sessions(caller, std::move(filter), std::move(done));
                   },
                   core::write_session));
  commands.add("list_jobs",
               list_command<core::JobView>(
                   core::Scope::client, core::job_states(),
                   [&execution](const core::Caller& caller, core::ListFilter filter, auto done) {
                     execution.list_jobs(caller, std::move(filter), std::move(done));
                   },
                   [](core::JsonWriter& json, const core::JobView& view) {
                     core::write_job(json, view, false);
                   }));
}

}  // namespace berth::control
