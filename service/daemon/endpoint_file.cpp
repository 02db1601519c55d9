#include "service/daemon/endpoint_file.h"

#include "service/core/json.h"
#include "service/core/version.h"
#include "service/mcp/revision.h"
#include "service/platform/files.h"

namespace berth::daemon {

core::Result<void> write_endpoint_file(const std::string& path, const EndpointFile& endpoint) {
  core::JsonWriter json;
  json.begin_object()
      .member("pid", endpoint.pid)
      .member("version", core::version())
      .member("started_at", endpoint.started_at)
      .member("url", "http://" + endpoint.address)
      .member("ws_url", "ws://" + endpoint.address + "/ws")
      .member("socket", endpoint.socket)
      .member("control_socket", endpoint.control_socket);
  if (!endpoint.started_by.empty()) json.member("started_by", endpoint.started_by);
  json.key("mcp_versions").begin_array();
  for (const mcp::Revision revision : mcp::kSupportedRevisions)
    json.value(mcp::to_string(revision));
  json.end_array().key("capabilities").begin_array();
  for (const char* capability :
       {"terminals", "jobs", "mcp", "bridge_link", "websocket", "events", "control"})
    json.value(capability);
  json.end_array().end_object();
  return platform::write_file_atomically(path, json.str() + "\n", 0644);
}

}  // namespace berth::daemon
