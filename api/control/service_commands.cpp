#include <utility>

#include "api/control/commands.h"
#include "service/core/status_view.h"

namespace berth::control {

void add_service_commands(CommandSet& commands, const core::StatusSource& status,
                          std::function<void()> request_stop) {
  commands.add("status", {core::Scope::client, [&status](const std::shared_ptr<Call>& call) {
                            if (auto only = only_members(call->message(), {}); !only) {
                              return call->fail(only.error());
                            }
                            core::JsonWriter json;
                            core::write_status(json, status.status());
                            call->answer(json.str());
                          }});
  commands.add("stop", {core::Scope::admin, [request_stop = std::move(request_stop)](
                                                const std::shared_ptr<Call>& call) {
                          if (auto only = only_members(call->message(), {}); !only) {
                            return call->fail(only.error());
                          }
                          call->answer(R"({"stopping":true})");
                          request_stop();
                        }});
}

}  // namespace berth::control
