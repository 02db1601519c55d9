#pragma once

namespace berth::ctl {

/// `berthctl demo`: plays a short agent conversation over MCP through berth-bridge on a temporary
/// service, kills that service in the middle of a command, and shows what the agent saw. 0 if
/// everything was as it should be.
int play_demo();

}  // namespace berth::ctl
