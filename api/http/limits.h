#pragma once

#include <chrono>
#include <cstddef>

namespace berth::http {

/// Every bound of the connection front. Sizes in bytes, times in milliseconds.
struct FrontLimits {
  std::size_t connections = 16'384;  ///< open at once, upgraded ones too; one more is answered 503
  std::size_t refusals = 256;  ///< connections beyond that which may wait for their 503 to arrive

  std::size_t target_bytes = 16U << 10U;  ///< longest request target: 414
  std::size_t head_bytes = 64U << 10U;    ///< request line and header fields: 431
  std::size_t header_fields = 100;        ///< 431
  std::size_t body_bytes = 1U << 20U;     ///< for routes that name no limit of their own: 413

  /// Bytes of later requests kept while one is answered; reading pauses beyond it.
  std::size_t read_ahead_bytes = 64U << 10U;
  /// Unsent bytes of one ResponseStream; its writer is expected to stay below, a connection over it
  /// is closed.
  std::size_t stream_pending_bytes = 40U << 20U;

  std::chrono::milliseconds idle{75'000};   ///< between requests, and before the first byte
  std::chrono::milliseconds head{10'000};   ///< from the first byte of a head to its last: 408
  std::chrono::milliseconds body{300'000};  ///< the whole body: 408
  /// Each window of a body must bring body_min_rate bytes a second on average: 408.
  std::chrono::milliseconds body_window{10'000};
  std::size_t body_min_rate = 1024;
  std::chrono::milliseconds write_stall{60'000};  ///< unsent bytes and none taken: closed

  /// After the last response the connection is half-closed, and what still comes is discarded so
  /// that the response is not lost to a reset: at most this long and this much.
  std::chrono::milliseconds linger{5'000};
  std::size_t linger_bytes = 64U << 20U;

  std::chrono::milliseconds retry_after{1'000};  ///< told with 503 (capacity, draining)
};

}  // namespace berth::http
