#include "service/tools/request_result.h"

#include <fmt/format.h>

#include <utility>

#include "service/core/views.h"

namespace berth::tools {
namespace {

mcp::ToolResult request_result(const core::RequestView& view) {
  const core::RequestRecord& request = view.request;
  mcp::ToolResult result;
  if (view.position > 0) {
    result.text = fmt::format("queued at position {}, about {} ms ({}), request {}", view.position,
                              view.eta.count(), request.sync ? "sync" : "async", request.id.str());
  } else {
    result.text = fmt::format("{}, request {}", core::to_string(request.state), request.id.str());
  }
  if (request.session_id) result.text += fmt::format(", session {}", request.session_id.str());
  if (request.job_id) result.text += fmt::format(", job {}", request.job_id.str());
  core::JsonWriter json;
  core::write_request(json, view);
  result.structured = json.str();
  return result;
}

}  // namespace

const std::string_view kRequestSchema = R"({
"type":"object",
"properties":{
"request_id":{"type":"string"},
"state":{"type":"string","enum":["queued","ready","cancelled","expired"]},
"position":{"type":"integer","description":"Place in serving order, from 1; 0 = does not wait"},
"eta_ms":{"type":"integer"},
"sync":{"type":"boolean"},
"session_id":{"type":"string","description":"The session it is for"},
"job_id":{"type":"string","description":"The command it is for"},
"client_id":{"type":"string"},
"created_at":{"type":"string"},
"ended_at":{"type":["string","null"]},
"estimate_ms":{"type":"integer","description":"Estimated wait, when it came"}},
"required":["request_id","state","position","eta_ms","sync"]})";

core::Execution::Done<core::RequestView> answer_with_request(mcp::ToolDone done) {
  return [done = std::move(done)](const core::Result<core::RequestView>& view) {
    done(view.map(request_result));
  };
}

}  // namespace berth::tools
