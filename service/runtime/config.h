#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "service/core/error.h"
#include "service/core/time.h"

namespace berth::runtime {

/// Everything that can be configured, with its defaults. Each scalar is one row of the key table in
/// config_keys.cpp, which gives it its name, limits and explanation; lists of tables are in
/// config_lists.cpp.
struct Config {
  struct Service {
    std::string listen = "127.0.0.1:0";
    core::Milliseconds stop_deadline{20'000};
    core::Milliseconds idle_exit{0};
  } service;

  struct Log {
    std::string level = "information";
    std::string format = "text";
  } log;

  struct Pool {
    std::int64_t warm = 2;
    std::vector<std::string> shells;
    std::int64_t max_sessions = 16;
  } pool;

  struct Sessions {
    std::string shell = "bash";
    std::string login_environment = "on";
    core::Milliseconds login_timeout{5'000};
    core::Milliseconds idle_warning{6'900'000};
    core::Milliseconds idle_limit{7'200'000};
  } sessions;

  struct Queue {
    std::int64_t max_length = 1'000;
    std::int64_t max_per_client = 200;
    std::int64_t max_sessions_per_client = 16;
    core::Milliseconds keep_place{600'000};
    std::string throttle = "on";
  } queue;

  struct Hosts {
    core::Milliseconds start_timeout{10'000};
    core::Milliseconds orphan_limit{86'400'000};
  } hosts;

  struct Limits {
    std::int64_t processes = 4'096;
    std::int64_t memory_bytes = 0;
    core::Milliseconds cpu_time{0};
  } limits;

  struct Jobs {
    std::int64_t max_command_bytes = 4'194'304;
    std::int64_t max_output_bytes = 1'048'576;
    std::int64_t max_job_bytes = std::int64_t{2} << 30;
    core::Milliseconds keep_for{2'592'000'000};
    std::int64_t keep_count = 100'000;
    std::int64_t keep_bytes = std::int64_t{20} << 30;
  } jobs;

  struct History {
    core::Milliseconds keep_for{2'592'000'000};  // 30 days
    std::int64_t keep_count = 1'000'000;
  } history;

  /// `[[events.source]]`: an event stream elsewhere whose events are taken over.
  struct EventSource {
    std::string name;
    std::string url;
    std::string token_file;
  };

  struct Events {
    core::Milliseconds heartbeat{15'000};
    core::Milliseconds stall_limit{300'000};
    std::int64_t max_streams = 10'000;
    std::int64_t max_streams_per_client = 64;
    std::int64_t max_data_bytes = 65'536;
    std::vector<EventSource> sources;
  } events;

  struct Redaction {
    std::string defaults = "on";
    std::vector<std::string> names;
    std::vector<std::string> patterns;
  } redaction;

  struct Http {
    std::int64_t max_connections = 16'384;
    std::int64_t max_body_bytes = 1'048'576;
    core::Milliseconds head_timeout{10'000};
    core::Milliseconds idle_timeout{75'000};
    core::Milliseconds body_timeout{60'000};
    std::vector<std::string> allowed_hosts;
    std::vector<std::string> allowed_origins;
  } http;

  struct Mcp {
    std::int64_t max_sessions = 1'000;
    core::Milliseconds session_idle_limit{3'600'000};
    core::Milliseconds link_idle_limit{600'000};
    std::int64_t max_websockets = 1'000;
  } mcp;

  struct Storage {
    std::int64_t max_pending_changes = 65'536;
  } storage;
};

/// One configuration key: reads its value from text, checks it, and shows it again.
struct ConfigKey {
  enum class Kind { text, text_list, integer, duration };

  std::string name;  ///< `pool.max_sessions`
  Kind kind;
  std::string explanation;
  std::int64_t minimum = 0;  ///< integers, and durations in milliseconds
  std::int64_t maximum = 0;
  std::vector<std::string> choices = {};           ///< texts that may only be one of these
  bool (*item_valid)(std::string_view) = nullptr;  ///< of a list's items; null = any text
  std::string item_rule = {};                      ///< says what item_valid wants

  std::string* (*text)(Config&) = nullptr;
  std::vector<std::string>* (*text_list)(Config&) = nullptr;
  std::int64_t* (*integer)(Config&) = nullptr;
  core::Milliseconds* (*duration)(Config&) = nullptr;
};

/// All keys, in the order in which they are printed.
const std::vector<ConfigKey>& config_keys();

/// Sets one key from its text form (environment). `where` says where it came from in the error.
core::Result<void> set_key(Config& config, const ConfigKey& key, std::string_view value,
                           std::string_view where);

/// The same for a list from its items.
core::Result<void> set_items(Config& config, const ConfigKey& key, std::vector<std::string> items,
                             std::string_view where);

struct ConfigSources {
  std::string file;                      ///< read if `file_required` or if it exists
  bool file_required = false;            ///< named on the command line
  bool system_defaults = false;          ///< a system instance listens on a fixed port
  std::vector<std::string> environment;  ///< `NAME=value`; those named BERTH_A__B override a.b
};

/// Defaults, then the file, then the environment. The error has a line for each problem, which
/// names the file and line or the variable, and the key. Unknown keys are errors: a misspelt key
/// must not be ignored.
core::Result<Config> load_config(const ConfigSources& sources);

/// A line for each `BERTH_…` variable that overrides nothing but looks as if it were meant to, such
/// as BERTH_POOL_MAX_SESSIONS. No errors: the name may be somebody else's.
std::vector<std::string> suspicious_variables(const std::vector<std::string>& environment);

/// The configuration as a commented TOML file that load_config reads back to the same values.
std::string to_toml(const Config& config);

/// `127.0.0.1:7420` or `[::1]:0` in its parts.
struct ListenAddress {
  std::string address;
  std::uint16_t port = 0;
  bool loopback = false;
};
core::Result<ListenAddress> parse_listen(std::string_view text, std::string_view field);

}  // namespace berth::runtime
