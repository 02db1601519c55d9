#pragma once

#include <functional>
#include <optional>
#include <string_view>

namespace berth::mcp {

/// Severities of `notifications/message`, rising (RFC 5424; 2026-07-28, server/utilities/logging).
enum class LogLevel { debug, info, notice, warning, error, critical, alert, emergency };

std::string_view to_string(LogLevel level);
std::optional<LogLevel> parse_log_level(std::string_view text);

/// Tells the client what happens during its call. `data` is raw JSON and holds no secrets; what is
/// below the level that the client wants is dropped.
using LogSink = std::function<void(LogLevel level, std::string_view logger, std::string_view data)>;

}  // namespace berth::mcp
