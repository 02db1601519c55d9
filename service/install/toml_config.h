#pragma once

#include "service/install/config_text.h"

namespace berth::install {

/// Servers as tables, `[mcp_servers.NAME]`.
core::Result<std::unique_ptr<ConfigText>> open_toml(const Client& client, std::string text,
                                                    const std::string& server);

}  // namespace berth::install
