#pragma once

#include <deque>

#include "service/loop/stream.h"

namespace berth::loop {

/// Private to this folder: the libuv side of a Stream. It outlives the Stream until libuv has
/// called back for the last time.
struct Stream::Handle {
  union {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  };
  OnData on_data;
  OnEnd on_end;
  std::function<void()> on_drained;
  std::function<void()> on_shutdown;
  bool closed = false;
  bool ended = false;   // nothing more is read
  bool broken = false;  // nothing more is written either

  Handle() : handle{} {}

  static Handle* of(const uv_handle_t* raw) { return static_cast<Handle*>(raw->data); }
  void close();
  void end(std::optional<core::Error> error);
};

}  // namespace berth::loop
