#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/net/line_reader.h"

/// berth-bridge/1: the link between one `berth-bridge` process and the service.
///
/// Opening. The bridge connects to `berth.sock` (or the service's TCP address) and sends
///
///     GET /bridge HTTP/1.1              (or /bridge/{upstream}: that upstream alone)
///     Host: localhost
///     Connection: Upgrade
///     Upgrade: berth-bridge/1
///     Berth-Client-Id: <token>          stable for the life of one bridge process
///     Berth-Cwd: <percent-encoded>      directory the bridge was started in
///     Authorization: Bearer <token>     over TCP only
///
/// and gets `101 Switching Protocols` with the same Connection and Upgrade headers. 401 and 403
/// mean "refused" (the bridge starts no service of its own then), anything else "try again later".
/// A new link of a client id replaces the one that is still open: the bridge only reconnects when
/// it holds the old one for dead.
///
/// Frames. After the 101 both directions carry lines: a letter, fields separated by one space, a
/// newline. JSON contains no raw newline (the encoder sends one between tokens as a space). A frame
/// has at most kMaxLinkMessage bytes of JSON plus kMaxLinkHeader.
///
///     H {json}         hello, the first frame of each side
///     M <seq> {json}   one MCP message
///     A <seq>          every message up to and including this number was received
///     P <n>  Q <n>     ping, and the pong that repeats its number
///     X {json}         goodbye {"reason":…,"reconnect":bool}, the last frame
///
/// Hello. The bridge sends its own first:
///   bridge:  {"version","client_id","received":N,"epoch":E}   N: last service number it received,
///            E: the service epoch N belongs to; 0 and "" at first
///   service: {"version","epoch":E,"received":N,"resumed":bool}   E: random per service start,
///            N: last bridge number received from this client in this epoch, 0 if none
/// No message is sent before the other side's hello was read.
///
/// Numbers rise strictly per direction, starting at 1; a number may be left out (its message became
/// pointless), so only "greater than the last" is checked. A receiver drops a message whose number
/// is not greater than the last one it took. A sender keeps each message until it is acknowledged;
/// acknowledgements are cumulative and should follow each batch that was read.
///
/// Resuming. `resumed` is true if the bridge named the service's current epoch and the service
/// still has the state of this client. Then each side trims what the other has received and sends
/// the rest of its unacknowledged messages again, in order, with their numbers.
///
/// Otherwise (first link; the service restarted; it forgot the client) the service's numbering
/// starts anew at 1 and the bridge's goes on. The bridge then sends, in the order of their
/// *original* numbers and without waiting in between:
///   - the client's `initialize` and `notifications/initialized`, its last `logging/setLevel` and
///     each live `resources/subscribe`, whose second responses it swallows;
///   - every request still unanswered from the client's point of view, so also
///     `subscriptions/listen`, whose second acknowledgement it swallows;
///   - notifications the old epoch had not acknowledged. Responses to the old epoch's requests are
///     dropped, and those requests are cancelled at the client.
/// The service derives the idempotency key of a call from client id and number, so that nothing
/// runs twice. The ids of requests the service itself makes must not repeat from epoch to epoch.
///
/// Pings. Each side answers P at once while it reads. The bridge pings after kLinkQuietLimit
/// without a frame and takes the link for dead after kLinkDeadLimit. It stops reading while its own
/// client does not take output, so the service must not take a bridge for dead by missing pongs on
/// a local socket.
///
/// Goodbye. From the service: `reconnect` false (an administrator killed the connection) keeps the
/// bridge away until its client starts anew; true (stopping) lets it come back by itself. From the
/// bridge: its client is gone, nothing needs to be kept for it. A connection that ends without X is
/// a break.
namespace berth::net {

inline constexpr std::string_view kLinkProtocol = "berth-bridge/1";
inline constexpr std::string_view kLinkVersion = "1";
inline constexpr std::size_t kMaxLinkMessage = 32U << 20U;
inline constexpr std::size_t kMaxLinkHeader = 64;
/// An acknowledgement waits so long for a message to go with, or until so many messages came.
inline constexpr int kLinkAcknowledgeMs = 50;
inline constexpr std::uint64_t kLinkAcknowledgeEvery = 64;
inline constexpr int kLinkQuietLimitMs = 20'000;
inline constexpr int kLinkDeadLimitMs = 60'000;

enum class LinkFrameKind : char {
  hello = 'H',
  message = 'M',
  acknowledge = 'A',
  ping = 'P',
  pong = 'Q',
  goodbye = 'X',
};

struct LinkFrame {
  LinkFrameKind kind = LinkFrameKind::hello;
  std::uint64_t number = 0;  ///< of M, A, P and Q
  std::string_view json;     ///< of H, M and X; valid until the decoder is touched again
};

/// Cuts a byte stream into frames. Holds at most one frame and what one feed() brought. One thread.
class LinkDecoder {
 public:
  void feed(std::string_view bytes) { lines_.feed(bytes); }
  /// The next complete frame, nothing if more bytes are needed. After an error (invalid_argument:
  /// not a frame; too_large) the stream can't be used any more: every further call fails alike.
  core::Result<std::optional<LinkFrame>> next();

 private:
  core::Result<std::optional<LinkFrame>> fail(core::ErrorCode code, std::string what);

  LineReader lines_{kMaxLinkMessage + kMaxLinkHeader};
  std::optional<core::Error> broken_;
};

/// Each appends one frame to `out`. `json` has at most kMaxLinkMessage bytes.
void append_message(std::string& out, std::uint64_t number, std::string_view json);
void append_acknowledge(std::string& out, std::uint64_t number);
void append_ping(std::string& out, std::uint64_t number);
void append_pong(std::string& out, std::uint64_t number);

/// Both sides' hello; a side leaves the members of the other at their defaults.
struct LinkHello {
  std::string version = std::string(kLinkVersion);  ///< of the protocol
  std::string client_id;                            ///< bridge only
  std::string epoch;
  std::uint64_t received = 0;
  bool resumed = false;  ///< service only
};

void append_bridge_hello(std::string& out, const LinkHello& hello);
void append_service_hello(std::string& out, const LinkHello& hello);
/// Reads either side's hello (the JSON of an H frame); unknown members are ignored.
core::Result<LinkHello> parse_hello(std::string_view json);

struct LinkGoodbye {
  std::string reason;  ///< for people
  bool reconnect = true;
};

void append_goodbye(std::string& out, const LinkGoodbye& goodbye);
core::Result<LinkGoodbye> parse_goodbye(std::string_view json);

}  // namespace berth::net
