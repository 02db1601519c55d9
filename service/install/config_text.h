#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/install/clients.h"

namespace berth::install {

/// What a configuration says of a server.
struct SeenEntry {
  std::string command;  ///< empty: it starts no program
  std::string place;    ///< `LINE:COLUMN`
};

/// The text of one client's configuration, looked at for one server. The changes give back the
/// whole new text, in which all but that server is as it was, byte for byte. Errors begin with
/// `LINE:COLUMN: `.
class ConfigText {
 public:
  virtual ~ConfigText() = default;

  virtual std::optional<SeenEntry> entry() const = 0;

  /// Writes the entry anew, whatever it was.
  virtual core::Result<std::string> set(const std::string& command) const = 0;
  /// Changes the program that a present entry starts, and nothing else of it.
  virtual core::Result<std::string> set_command(const std::string& command) const = 0;
  /// Takes a present entry out.
  virtual core::Result<std::string> remove() const = 0;
};

/// Refuses a text that is not valid, and one in which it is not clear what counts.
core::Result<std::unique_ptr<ConfigText>> open_config(const Client& client, std::string text,
                                                      const std::string& server);

}  // namespace berth::install
