#pragma once

#include "service/install/config_text.h"

namespace berth::install {

core::Result<std::unique_ptr<ConfigText>> open_jsonc(const Client& client, std::string text,
                                                     const std::string& server);

}  // namespace berth::install
