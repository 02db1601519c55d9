#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "service/platform/shells.h"
#include "service/runtime/config.h"
#include "service/runtime/secret_names.h"

namespace berth::runtime {
namespace {

using Kind = ConfigKey::Kind;

constexpr std::int64_t kSecond = 1'000;
constexpr std::int64_t kHour = 3'600 * kSecond;
constexpr std::int64_t kYear = 366 * 24 * kHour;
constexpr std::int64_t kTebibyte = std::int64_t{1} << 40;

ConfigKey text(std::string name, std::string explanation, std::string* (*field)(Config&),
               std::vector<std::string> choices = {}) {
  ConfigKey key{std::move(name), Kind::text, std::move(explanation)};
  key.text = field;
  key.choices = std::move(choices);
  return key;
}

bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    return text.size() > 3 &&
           text.find_first_not_of("0123456789abcdefABCDEF.:", 1) == text.size() - 1 &&
           text.ends_with(']');
  }
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) || c == '.' || c == '-' || c == '_';
  });
}

/// As a browser sends it: scheme, host and, unless it is the scheme's own, port.
bool is_origin(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == 0 || scheme == std::string_view::npos) return false;
  if (text.substr(0, scheme).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+-.") !=
      std::string_view::npos) {
    return false;
  }
  std::string_view host = text.substr(scheme + 3);
  const std::size_t port = host.rfind(':');
  if (port != std::string_view::npos && !host.ends_with(']')) {
    const std::string_view digits = host.substr(port + 1);
    if (digits.empty() || digits.size() > 5 ||
        digits.find_first_not_of("0123456789") != std::string_view::npos) {
      return false;
    }
    host = host.substr(0, port);
  }
  return is_host(host);
}

bool is_offered_shell(std::string_view text) {
  const auto offered = platform::offered_shells();
  return std::ranges::find(offered, text) != offered.end();
}

ConfigKey list(std::string name, std::string explanation, bool (*item_valid)(std::string_view),
               std::string item_rule, std::vector<std::string>* (*field)(Config&)) {
  ConfigKey key{std::move(name), Kind::text_list, std::move(explanation)};
  key.text_list = field;
  key.item_valid = item_valid;
  key.item_rule = std::move(item_rule);
  return key;
}

ConfigKey integer(std::string name, std::string explanation, std::int64_t minimum,
                  std::int64_t maximum, std::int64_t* (*field)(Config&)) {
  ConfigKey key{std::move(name), Kind::integer, std::move(explanation), minimum, maximum};
  key.integer = field;
  return key;
}

ConfigKey duration(std::string name, std::string explanation, std::int64_t minimum,
                   std::int64_t maximum, core::Milliseconds* (*field)(Config&)) {
  ConfigKey key{std::move(name), Kind::duration, std::move(explanation), minimum, maximum};
  key.duration = field;
  return key;
}

std::vector<ConfigKey> make_keys() {
  return {
      text(
          "service.listen",
          "Address and port of the HTTP endpoint; port 0 takes a free one. Only loopback addresses "
          "are served.",
          [](Config& c) { return &c.service.listen; }),
      duration("service.stop_deadline",
               "A stop that takes longer than this is ended by force. Running commands go on.",
               kSecond, kHour, [](Config& c) { return &c.service.stop_deadline; }),
      duration("service.idle_exit",
               "Ends the service when it has had no connection, session and job for so long. 0ms: "
               "never. Set for instances that a bridge started.",
               0, kYear, [](Config& c) { return &c.service.idle_exit; }),
      text("log.level", "Least level that is logged.", [](Config& c) { return &c.log.level; },
           {"error", "warning", "notice", "information", "debug"}),
      text("log.format", "How a log line is written, on standard error.",
           [](Config& c) { return &c.log.format; }, {"text", "json"}),
      integer("pool.warm",
              "Terminals of each shell of pool.shells that are started in advance, so that a "
              "session need not wait for its shell. About 7 MB each.",
              0, 256, [](Config& c) { return &c.pool.warm; }),
      list("pool.shells",
           "Shells that terminals are started for in advance. Empty: sessions.shell.",
           is_offered_shell,
           fmt::format("a shell is one of {}", fmt::join(platform::offered_shells(), ", ")),
           [](Config& c) { return &c.pool.shells; }),
      integer("pool.max_sessions",
              "Terminals in use at once, by sessions and by commands without one. Further requests "
              "wait in the queue.",
              1, 4'096, [](Config& c) { return &c.pool.max_sessions; }),
      text("sessions.shell", "Shell of a session that names none.",
           [](Config& c) { return &c.sessions.shell; },
           {platform::offered_shells().begin(), platform::offered_shells().end()}),
      text(
          "sessions.login_environment",
          "on: terminals start with the environment that the user's login shell sets up, asked for "
          "once at the start of the service. off: with that of the service.",
          [](Config& c) { return &c.sessions.login_environment; }, {"on", "off"}),
      duration("sessions.login_timeout",
               "Time the login shell has to tell its environment. The first terminals wait for it.",
               100, kHour, [](Config& c) { return &c.sessions.login_timeout; }),
      duration("sessions.idle_warning",
               "A session that nobody has used for this long is told of (event session.idle).", 100,
               kYear, [](Config& c) { return &c.sessions.idle_warning; }),
      duration("sessions.idle_limit", "A session that nobody has used for this long is ended.", 100,
               kYear, [](Config& c) { return &c.sessions.idle_limit; }),
      integer("queue.max_length", "Requests that may wait for a terminal; more are refused.", 1,
              1'000'000, [](Config& c) { return &c.queue.max_length; }),
      integer("queue.max_per_client",
              "Requests of one client that may wait for a terminal or a session.", 1, 1'000'000,
              [](Config& c) { return &c.queue.max_per_client; }),
      integer("queue.max_sessions_per_client",
              "Terminals that one client may hold at once. Its further requests wait, and do not "
              "hold up those of others.",
              1, 4'096, [](Config& c) { return &c.queue.max_sessions_per_client; }),
      duration("queue.keep_place",
               "How long a place in the queue is kept over a restart of the service for a client "
               "that has not asked again.",
               kSecond, kYear, [](Config& c) { return &c.queue.keep_place; }),
      text("queue.throttle",
           "on: fewer terminals at once while processor or memory are under pressure.",
           [](Config& c) { return &c.queue.throttle; }, {"on", "off"}),
      duration("hosts.start_timeout", "Time a terminal has to start.", 100, kHour,
               [](Config& c) { return &c.hosts.start_timeout; }),
      duration("hosts.orphan_limit",
               "A terminal without a service ends this long after its last command is done.",
               kSecond, kYear, [](Config& c) { return &c.hosts.orphan_limit; }),
      integer("limits.processes",
              "Processes and threads that the user may have beside those there are when a terminal "
              "starts; what it runs can start no more then. Root is not held to it. 0: no limit.",
              0, 10'000'000, [](Config& c) { return &c.limits.processes; }),
      integer(
          "limits.memory_bytes",
          "Memory of each process in a terminal; what asks for more is refused it. 0: no limit.", 0,
          kTebibyte, [](Config& c) { return &c.limits.memory_bytes; }),
      duration(
          "limits.cpu_time",
          "CPU time of each process in a terminal; one that uses more is ended. 0ms: no limit.", 0,
          kYear, [](Config& c) { return &c.limits.cpu_time; }),
      integer("jobs.max_command_bytes", "Longest text of one command.", 1'024, 8'388'608,
              [](Config& c) { return &c.jobs.max_command_bytes; }),
      integer("jobs.max_output_bytes",
              "Upper bound of max_output_bytes and limit that a caller may ask for.", 1'024,
              16'777'216, [](Config& c) { return &c.jobs.max_output_bytes; }),
      integer("jobs.max_job_bytes",
              "Output that is kept of each stream of one job. What comes after is dropped, and the "
              "job says so.",
              65'536, kTebibyte, [](Config& c) { return &c.jobs.max_job_bytes; }),
      duration("jobs.keep_for", "A job is removed this long after its end.", kSecond, kYear,
               [](Config& c) { return &c.jobs.keep_for; }),
      integer("jobs.keep_count", "Ended jobs that are kept, the newest.", 1, 100'000'000,
              [](Config& c) { return &c.jobs.keep_count; }),
      integer("jobs.keep_bytes",
              "Output files of ended jobs that are kept together; the oldest go first.", 0,
              kTebibyte, [](Config& c) { return &c.jobs.keep_bytes; }),
      duration("history.keep_for",
               "Events, and what is recorded of ended sessions, requests and connections, are "
               "removed after this time.",
               kSecond, kYear, [](Config& c) { return &c.history.keep_for; }),
      integer("history.keep_count",
              "Records of each of these kinds that are kept at most, the newest.", 1'000,
              1'000'000'000, [](Config& c) { return &c.history.keep_count; }),
      duration(
          "events.heartbeat",
          "Event streams on which nothing happens, and /heartbeat, give a sign of life so often.",
          100, kHour, [](Config& c) { return &c.events.heartbeat; }),
      duration("events.stall_limit",
               "A client that takes nothing from its event stream for so long is closed. What it "
               "misses is sent to it when it comes back.",
               kSecond, kHour, [](Config& c) { return &c.events.stall_limit; }),
      integer("events.max_streams", "Open event streams; further ones are answered 503.", 1,
              1'000'000, [](Config& c) { return &c.events.max_streams; }),
      integer("events.max_streams_per_client",
              "Event streams of one client that is no admin; further ones are answered 429.", 1,
              1'000'000, [](Config& c) { return &c.events.max_streams_per_client; }),
      integer("events.max_data_bytes", "Largest data of one event that is sent in.", 256, 1'048'576,
              [](Config& c) { return &c.events.max_data_bytes; }),
      text("redaction.defaults",
           "on: names and shapes of well-known secrets are replaced by [redacted] in events, the "
           "log "
           "and what is kept of ended jobs.",
           [](Config& c) { return &c.redaction.defaults; }, {"on", "off"}),
      list("redaction.names",
           "Further names of what is secret: of JSON members, variables, options, headers. api_key "
           "is "
           "also in X-Api-Key and openaiApiKey.",
           is_secret_name, "a name has letters, digits, _, - and ., at least two letters",
           [](Config& c) { return &c.redaction.names; }),
      list("redaction.patterns",
           "Further regular expressions (RE2) of what is secret; of one with groups only what they "
           "match.",
           nullptr, {}, [](Config& c) { return &c.redaction.patterns; }),
      integer("http.max_connections", "Open connections; further ones are answered 503.", 16,
              1'000'000, [](Config& c) { return &c.http.max_connections; }),
      integer("http.max_body_bytes", "Largest request body outside MCP.", 1'024, 1'073'741'824,
              [](Config& c) { return &c.http.max_body_bytes; }),
      duration("http.head_timeout", "Time from a request's first byte to the end of its head.", 100,
               kHour, [](Config& c) { return &c.http.head_timeout; }),
      duration("http.idle_timeout", "An idle connection is closed after this.", 100, 24 * kHour,
               [](Config& c) { return &c.http.idle_timeout; }),
      duration("http.body_timeout", "Time from the end of the head to the end of the body.", 100,
               24 * kHour, [](Config& c) { return &c.http.body_timeout; }),
      list("http.allowed_hosts",
           "Names beside the loopback ones that a Host header may carry (DNS rebinding).", is_host,
           "a name comes without scheme and port", [](Config& c) { return &c.http.allowed_hosts; }),
      list("http.allowed_origins",
           "Web origins beside the service's own that may call it, such as http://localhost:3000.",
           is_origin, "an origin is scheme, host and port such as http://localhost:3000",
           [](Config& c) { return &c.http.allowed_origins; }),
      integer("mcp.max_sessions", "MCP sessions over HTTP at once (handshake revisions).", 1,
              1'000'000, [](Config& c) { return &c.mcp.max_sessions; }),
      duration("mcp.session_idle_limit", "An MCP session over HTTP ends after this idle time.",
               kSecond, kYear, [](Config& c) { return &c.mcp.session_idle_limit; }),
      duration("mcp.link_idle_limit",
               "How long a bridge that is away finds its calls in memory when it returns.", kSecond,
               kYear, [](Config& c) { return &c.mcp.link_idle_limit; }),
      integer("mcp.max_websockets",
              "WebSockets at once, beside those that have shown no token yet.", 1, 1'000'000,
              [](Config& c) { return &c.mcp.max_websockets; }),
      integer("storage.max_pending_changes", "Changes that may wait for the database writer.", 64,
              10'000'000, [](Config& c) { return &c.storage.max_pending_changes; }),
  };
}

}  // namespace

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> keys = make_keys();
  return keys;
}

}  // namespace berth::runtime
