#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"
#include "service/core/identity.h"
#include "service/platform/paths.h"

/// Where a service may be and how to talk to it (contract: Programs, files, environment). Reads
/// small local files and nothing else. Any thread.
namespace berth::client {

/// What the search goes by.
struct Search {
  std::string url;          ///< option; empty = not given, as all of them
  std::string runtime_dir;  ///< option
  std::string environment_url;
  std::string environment_runtime_dir;
  std::string environment_data_dir;
  std::string token;  ///< BERTH_TOKEN
  platform::InstancePaths user;
  platform::InstancePaths system;
  core::Scope scope = core::Scope::client;  ///< whose token file is tried first

  /// Everything but the options.
  static Search from_environment();
};

/// One place to look at: a URL or the runtime folder of an instance.
struct Place {
  std::string url;
  std::string runtime_dir;
  std::string name() const { return url.empty() ? runtime_dir : url; }
};

/// In the order of the search: what is named excludes what would be found.
std::vector<Place> places(const Search& search);

/// True if a user instance may be started when none of the places answers and none refuses.
bool may_start(const Search& search);

/// A service's discovery file, `endpoint.json` of its runtime folder.
struct Endpoint {
  std::int64_t pid = 0;
  std::string version;
  std::string url;
  std::string socket;
  std::string control_socket;
  std::string started_by;  ///< the program that started it for want of a service; else empty
};

/// not_found if there is none, permission_denied if it can't be read, unavailable if it is damaged.
core::Result<Endpoint> read_endpoint(const std::string& runtime_dir);

/// How to connect: a local socket, or an IP address and port with a bearer token.
struct Target {
  std::string socket;  ///< path; empty = TCP
  std::string address;
  std::uint16_t port = 0;
  std::string token;            ///< TCP only; may be empty
  std::uint32_t owner_uid = 0;  ///< of the runtime folder: who may be at the socket's other end
  bool autostarted = false;     ///< no operator started it: whoever needs it may start it again
  std::string host_header() const;
};

/// Reads what a place says. not_found: no service there; permission_denied: one that must not be
/// trusted or may not be used; invalid_argument: the URL can't be used.
core::Result<Target> resolve(const Search& search, const Place& place);

/// Splits `http://ADDRESS[:PORT][/]`. Names other than localhost and https are refused: the bearer
/// token would cross a network in the clear or the bridge would have to carry TLS.
core::Result<Target> parse_url(std::string_view url);

}  // namespace berth::client
