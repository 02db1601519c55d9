#include "service/install/config_text.h"

#include "service/install/jsonc_config.h"
#include "service/install/toml_config.h"

namespace berth::install {

core::Result<std::unique_ptr<ConfigText>> open_config(const Client& client, std::string text,
                                                      const std::string& server) {
  return client.format == Format::toml ? open_toml(client, std::move(text), server)
                                       : open_jsonc(client, std::move(text), server);
}

}  // namespace berth::install
