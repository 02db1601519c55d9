#include "service/client/discovery.h"

#include <fmt/format.h>

#include <charconv>
#include <initializer_list>

#include "service/core/json_scan.h"
#include "service/platform/files.h"
#include "service/platform/peer.h"

namespace berth::client {
namespace {

constexpr std::size_t kMaxEndpointFile = 64U << 10U;
constexpr std::size_t kMaxTokenFile = 4U << 10U;

std::string variable(const char* name) {
  return platform::environment_variable(name).value_or(std::string());
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(kSpace) - begin + 1));
}

bool is_loopback(const Target& target) {
  return target.address.starts_with("127.") || target.address == "::1";
}

/// The token for a TCP service. Files hold tokens of local services: they are never sent elsewhere.
std::string find_token(const Search& search, const Target& target) {
  if (!search.token.empty()) return search.token;
  if (!is_loopback(target)) return {};
  const bool admin = search.scope == core::Scope::admin;
  for (const std::string& folder :
       {search.environment_data_dir, search.user.data_dir, search.system.data_dir}) {
    if (folder.empty()) continue;
    for (const bool use_admin : {admin, !admin}) {
      const std::string file = folder + (use_admin ? "/admin.token" : "/client.token");
      if (const auto text = platform::read_file(file, kMaxTokenFile)) return trimmed(*text);
    }
  }
  return {};
}

/// A runtime folder says where secrets and commands are sent, so only its user, root or, in the
/// fixed place that only root can make, the system instance's user may own it.
core::Result<std::uint32_t> trusted_owner(const Search& search, const std::string& runtime_dir) {
  const auto owner = platform::folder_owner(runtime_dir);
  if (!owner) return core::fail(owner.error());
  const bool ours = owner->uid == platform::current_uid() || owner->uid == 0;
  if (!ours && runtime_dir != search.system.runtime_dir) {
    return core::fail(
        core::ErrorCode::permission_denied,
        fmt::format("{} belongs to another user (uid {}): not trusted", runtime_dir, owner->uid));
  }
  if (owner->writable_by_others) {
    return core::fail(core::ErrorCode::permission_denied,
                      fmt::format("{} may be written by other users: not trusted", runtime_dir));
  }
  return owner->uid;
}

tl::unexpected<core::Error> unusable(std::string_view url, std::string_view why) {
  return core::fail(core::ErrorCode::invalid_argument,
                    fmt::format("the service URL {} can't be used: {}", url, why), "url");
}

}  // namespace

Search Search::from_environment() {
  Search search;
  search.environment_url = variable("BERTH_URL");
  search.environment_runtime_dir = variable("BERTH_RUNTIME_DIR");
  search.environment_data_dir = variable("BERTH_DATA_DIR");
  search.token = variable("BERTH_TOKEN");
  search.user = platform::user_paths();
  search.system = platform::system_paths();
  return search;
}

std::vector<Place> places(const Search& search) {
  if (!search.url.empty()) return {{search.url, {}}};
  if (!search.runtime_dir.empty()) return {{{}, search.runtime_dir}};
  if (!search.environment_url.empty()) return {{search.environment_url, {}}};
  if (!search.environment_runtime_dir.empty()) return {{{}, search.environment_runtime_dir}};
  return {{{}, search.user.runtime_dir}, {{}, search.system.runtime_dir}};
}

bool may_start(const Search& search) {
  return search.url.empty() && search.runtime_dir.empty() && search.environment_url.empty() &&
         search.environment_runtime_dir.empty();
}

core::Result<Endpoint> read_endpoint(const std::string& runtime_dir) {
  const std::string path = runtime_dir + "/endpoint.json";
  const auto text = platform::read_file(path, kMaxEndpointFile);
  if (!text) return core::fail(text.error());
  const auto object = core::scan_object(*text);
  if (!object) {
    return core::fail(core::ErrorCode::unavailable,
                      fmt::format("{} is damaged: {}", path, object.error().message));
  }
  Endpoint endpoint;
  if (const core::JsonMember* pid = object->find("pid"); pid != nullptr) {
    std::from_chars(pid->raw.data(), pid->raw.data() + pid->raw.size(), endpoint.pid);
  }
  endpoint.version = object->string("version").value_or("");
  endpoint.url = object->string("url").value_or("");
  endpoint.socket = object->string("socket").value_or("");
  endpoint.control_socket = object->string("control_socket").value_or("");
  endpoint.started_by = object->string("started_by").value_or("");
  if (endpoint.socket.empty() && endpoint.url.empty()) {
    return core::fail(core::ErrorCode::unavailable,
                      fmt::format("{} names neither socket nor url", path));
  }
  return endpoint;
}

std::string Target::host_header() const {
  if (!socket.empty()) return "localhost";
  return address.find(':') == std::string::npos ? fmt::format("{}:{}", address, port)
                                                : fmt::format("[{}]:{}", address, port);
}

core::Result<Target> parse_url(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return unusable(url, "it must begin with http://");
  std::string_view rest = url.substr(kScheme.size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  Target target;
  target.port = 80;
  std::size_t colon = rest.rfind(':');
  if (const std::size_t bracket = rest.find(']'); bracket != std::string_view::npos) {
    if (!rest.starts_with('[')) return unusable(url, "the address is malformed");
    target.address = rest.substr(1, bracket - 1);
    if (colon < bracket) colon = std::string_view::npos;
    if (colon == std::string_view::npos ? bracket + 1 != rest.size() : colon != bracket + 1) {
      return unusable(url, "the address is malformed");
    }
  } else {
    target.address = rest.substr(0, colon);
  }
  if (colon != std::string_view::npos) {
    const std::string_view digits = rest.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), target.port);
    if (error != std::errc() || end != digits.data() + digits.size() || target.port == 0) {
      return unusable(url, "the port is malformed");
    }
  }
  if (target.address == "localhost") target.address = "127.0.0.1";
  if (target.address.empty() ||
      target.address.find_first_not_of("0123456789abcdefABCDEF.:") != std::string::npos) {
    return unusable(url, "it must name localhost or an IP address");
  }
  return target;
}

core::Result<Target> resolve(const Search& search, const Place& place) {
  Target target;
  std::string url = place.url;
  if (url.empty()) {
    const auto owner = trusted_owner(search, place.runtime_dir);
    if (!owner) return core::fail(owner.error());
    const auto endpoint = read_endpoint(place.runtime_dir);
    if (!endpoint) return core::fail(endpoint.error());
    target.owner_uid = *owner;
    target.socket = endpoint->socket;
    target.autostarted = !endpoint->started_by.empty();
    if (!target.socket.empty()) return target;
    url = endpoint->url;
  }
  auto tcp = parse_url(url);
  if (tcp) tcp->token = find_token(search, *tcp);
  return tcp;
}

}  // namespace berth::client
