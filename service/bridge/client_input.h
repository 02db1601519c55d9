#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "service/loop/loop.h"

namespace berth::bridge {

/// The client's side of stdin, whatever it is: a pipe or socket as an IDE gives it, or a terminal
/// or file when a person tries the bridge by hand. Loop thread.
class ClientInput {
 public:
  /// Bytes as they come; valid during the call only.
  using OnBytes = std::function<void(std::string_view bytes)>;
  /// stdin was closed; comes once, also while paused.
  using OnClosed = std::function<void()>;

  virtual ~ClientInput() = default;
  virtual void pause() = 0;
  virtual void resume() = 0;
};

/// Begins to read descriptor 0.
std::unique_ptr<ClientInput> open_client_input(loop::Loop& loop, ClientInput::OnBytes on_bytes,
                                               ClientInput::OnClosed on_closed);

}  // namespace berth::bridge
