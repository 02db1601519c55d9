#include "service/events/source_follower.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <Poco/URI.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <istream>
#include <utility>

#include "service/core/ingested_event.h"
#include "service/core/json.h"
#include "service/core/json_scan.h"
#include "service/core/text.h"
#include "service/platform/files.h"
#include "service/runtime/log.h"

namespace berth::events {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMaxBatch = 500;
constexpr std::string_view kStopping = "the service is stopping";

Poco::Timespan timespan(milliseconds time) {
  return {static_cast<Poco::Timespan::TimeDiff>(
      std::chrono::duration_cast<std::chrono::microseconds>(time).count())};
}

std::unique_ptr<Poco::Net::HTTPClientSession> session_to(const Poco::URI& uri) {
  if (uri.getScheme() == "https") {
    Poco::Net::Context::Ptr context = new Poco::Net::Context(
        Poco::Net::Context::TLS_CLIENT_USE, "", "", "", Poco::Net::Context::VERIFY_STRICT, 9, true);
    context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
    return std::make_unique<Poco::Net::HTTPSClientSession>(uri.getHost(), uri.getPort(), context);
  }
  return std::make_unique<Poco::Net::HTTPClientSession>(uri.getHost(), uri.getPort());
}

/// Of the same connection; nothing if there is no descriptor left.
std::optional<Poco::Net::StreamSocket> second_socket(Poco::Net::HTTPClientSession& session) {
  platform::Descriptor lent(session.socket().impl()->sockfd());
  auto copy = platform::duplicate(lent);
  static_cast<void>(lent.release());  // it stays the session's
  if (!copy) return std::nullopt;
  return Poco::Net::StreamSocket(new Poco::Net::StreamSocketImpl(copy->release()));
}

/// The instances that an event of a Berth has passed before that one, from its `data`.
std::vector<std::string> instances_passed(const core::JsonObject& event) {
  std::vector<std::string> passed;
  const auto data = event.object("data");
  const core::JsonMember* via = data ? data->find("via") : nullptr;
  if (via == nullptr || via->kind != core::JsonKind::array) return passed;
  const auto elements = core::scan_array(via->raw);
  if (!elements) return passed;
  for (const std::string_view element : *elements) {
    if (element.starts_with('"')) passed.push_back(core::decode_json_string(element));
  }
  return passed;
}

/// Adds to a compact JSON object without such a member.
void add_via(std::string& object, const std::vector<std::string>& passed,
             const std::string& sent_from) {
  core::JsonWriter via;
  via.begin_array();
  for (const std::string& instance : passed) via.value(instance);
  via.value(sent_from).end_array();
  const char* const separator = object == "{}" ? "" : ",";
  object.insert(object.size() - 1, fmt::format(R"({}"via":{})", separator, via.str()));
}

/// Read whenever it connects, so that a token can be rotated.
core::Result<std::string> authorization(const std::string& token_file) {
  constexpr std::size_t kMaxTokenBytes = 8'192;
  const auto text = platform::read_file(token_file, kMaxTokenBytes);
  if (!text) return core::fail(text.error());
  const std::string token = text->substr(0, text->find_first_of("\r\n"));
  if (token.empty()) {
    return core::fail(core::ErrorCode::invalid_argument, token_file + " has no token in it");
  }
  return "Bearer " + token;
}

}  // namespace

struct SourceFollower::Shared {
  mutable std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  std::optional<core::Result<void>> stored;  // of the batch that is waited for
  /// A second descriptor of the connection: the follower may close its own at any time.
  std::optional<Poco::Net::StreamSocket> connection;
  core::EventSourceStatus status;

  bool stops() const {
    const std::lock_guard lock(mutex);
    return stopping;
  }

  /// False if it is stopping.
  bool pause(milliseconds time) {
    std::unique_lock lock(mutex);
    return !wake.wait_for(lock, time, [this] { return stopping; });
  }
};

SourceFollower::SourceFollower(FollowedSource source, SourceLimits limits, Store store)
    : source_(std::move(source)),
      limits_(limits),
      store_(std::move(store)),
      cursor_(source_.cursor),
      decoder_(0, ""),
      random_(std::random_device()()),
      shared_(std::make_shared<Shared>()) {
  shared_->status.name = source_.name;
  shared_->status.url = source_.url;
  thread_ = std::thread([this] { run(); });
}

SourceFollower::~SourceFollower() {
  stop();
  thread_.join();
}

void SourceFollower::stop() {
  const std::lock_guard lock(shared_->mutex);
  shared_->stopping = true;
  shared_->wake.notify_all();
  if (!shared_->connection) return;
  try {
    shared_->connection->shutdown();
  } catch (const Poco::Exception&) {
    // It is not connected any more.
  }
}

core::EventSourceStatus SourceFollower::status() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->status;
}

void SourceFollower::run() {
  milliseconds wait = limits_.first_pause;
  for (;;) {
    const std::uint64_t events_before = status().events;
    const std::string why = follow();
    {
      const std::lock_guard lock(shared_->mutex);
      shared_->connection.reset();
      shared_->status.connected = false;
      shared_->status.last_error = why;
      if (shared_->stopping) return;
      if (shared_->status.events > events_before) wait = limits_.first_pause;
    }
    // Many that lost the same server shall not come back in the same moment.
    std::uniform_real_distribution<double> jitter(0.75, 1.0);
    const milliseconds jittered(
        static_cast<std::int64_t>(static_cast<double>(wait.count()) * jitter(random_)));
    const milliseconds asked_for = decoder_.retry().value_or(milliseconds(0));
    const milliseconds pause = std::min(std::max(jittered, asked_for), limits_.longest_pause);
    runtime::log_warning("events", "a source of events is away")
        .with("source", source_.name)
        .with("error", why)
        .with("again_in_ms", pause.count());
    if (!shared_->pause(pause)) return;
    wait = std::min(wait * 2, limits_.longest_pause);
  }
}

std::string SourceFollower::follow() {
  batch_.clear();
  // Beside its data an event has a few short lines, and JSON may be written with more bytes.
  decoder_ = net::EventStreamDecoder(limits_.max_data_bytes * 4 + 4'096, cursor_);
  try {
    const Poco::URI uri(source_.url);
    const auto session = session_to(uri);
    session->setTimeout(timespan(limits_.connect), timespan(limits_.connect),
                        timespan(limits_.quiet));
    const std::string target = uri.getPathAndQuery();
    Poco::Net::HTTPRequest request(Poco::Net::HTTPRequest::HTTP_GET, target.empty() ? "/" : target,
                                   Poco::Net::HTTPMessage::HTTP_1_1);
    request.set("Accept", "text/event-stream");
    request.set("Cache-Control", "no-store");
    if (!cursor_.empty()) request.set("Last-Event-ID", cursor_);
    if (!source_.token_file.empty()) {
      const auto token = authorization(source_.token_file);
      if (!token) return token.error().message;
      request.set("Authorization", *token);
    }
    session->sendRequest(request);
    {
      const std::lock_guard lock(shared_->mutex);
      if (shared_->stopping) return std::string(kStopping);
      shared_->connection = second_socket(*session);
    }
    Poco::Net::HTTPResponse response;
    std::istream& stream = session->receiveResponse(response);
    if (response.getStatus() != Poco::Net::HTTPResponse::HTTP_OK) {
      return fmt::format("it answered {} {}", static_cast<int>(response.getStatus()),
                         core::to_valid_utf8(response.getReason()));
    }
    if (!response.getContentType().starts_with("text/event-stream")) {
      return "it sends no text/event-stream";
    }
    sent_from_ = response.get(std::string(core::kInstanceHeader), "");
    if (sent_from_ == source_.instance_id) return "it is this service itself";
    {
      const std::lock_guard lock(shared_->mutex);
      shared_->status.connected = true;
      ++shared_->status.connections;
    }
    runtime::log_info("events", "a source of events is followed").with("source", source_.name);
    return read(stream);
  } catch (const Poco::Exception& exception) {
    return core::to_valid_utf8(exception.displayText());
  }
}

/// What has come is stored whenever nothing more is there at once.
std::string SourceFollower::read(std::istream& stream) {
  std::array<char, 4'096> buffer;
  for (;;) {
    const int first = stream.get();  // waits
    if (first == std::istream::traits_type::eof()) {
      return shared_->stops() ? std::string(kStopping) : "it ended the stream";
    }
    buffer[0] = static_cast<char>(first);
    const std::streamsize more =
        stream.rdbuf()->in_avail() > 0
            ? stream.readsome(buffer.data() + 1, static_cast<std::streamsize>(buffer.size()) - 1)
            : 0;
    const std::size_t left_out = decoder_.too_long();
    decoder_.feed({buffer.data(), static_cast<std::size_t>(more) + 1},
                  [this](net::StreamedEvent event) {
                    // The source has told all that it kept; nothing happened.
                    if (event.id.empty() && event.type == "replay.caught_up") return;
                    if (auto record = record_of(std::move(event))) {
                      batch_.push_back(*std::move(record));
                    }
                  });
    if (decoder_.too_long() > left_out) {
      runtime::log_warning("events", "an event of a source is too long and left out")
          .with("source", source_.name)
          .with("events.max_data_bytes", limits_.max_data_bytes);
    }
    if (stream.rdbuf()->in_avail() > 0 && batch_.size() < kMaxBatch) continue;
    if (const auto stored = store_batch(); !stored) return stored.error().message;
  }
}

core::Result<void> SourceFollower::store_batch() {
  if (batch_.empty() && decoder_.last_id() == cursor_) return {};
  const std::size_t count = batch_.size();
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stored.reset();
  }
  store_(std::exchange(batch_, {}), {source_.name, source_.url, decoder_.last_id()},
         [shared = shared_](core::Result<void> stored) {
           const std::lock_guard lock(shared->mutex);
           shared->stored = std::move(stored);
           shared->wake.notify_all();
         });
  std::unique_lock lock(shared_->mutex);
  shared_->wake.wait(lock, [this] { return shared_->stopping || shared_->stored; });
  if (!shared_->stored) return core::fail(core::ErrorCode::unavailable, std::string(kStopping));
  if (*shared_->stored) {
    cursor_ = decoder_.last_id();
    shared_->status.events += count;
  }
  return *shared_->stored;
}

/// Nothing if it comes back from where it was sent to.
std::optional<core::EventRecord> SourceFollower::record_of(net::StreamedEvent event) const {
  core::EventRecord record;
  record.type = core::ingested_type(event.type);
  record.source = source_.name;
  const bool usable =
      event.id.size() <= core::kMaxSourceIdBytes && core::to_valid_utf8(event.id) == event.id;
  if (usable) record.source_id = event.id;
  if (const auto object = core::scan_object(event.data)) {
    record.data = core::compact_json(event.data);
    if (!sent_from_.empty()) {
      const std::vector<std::string> via = instances_passed(*object);
      if (std::ranges::find(via, source_.instance_id) != via.end()) return std::nullopt;
      if (object->find("via") == nullptr) add_via(record.data, via, sent_from_);
    }
    record.severity =
        core::parse_severity(object->string("severity").value_or("")).value_or(record.severity);
  } else {
    core::JsonWriter json;
    json.begin_object().member("text", core::to_valid_utf8(event.data)).end_object();
    record.data = json.str();
  }
  if (record.data.size() > limits_.max_data_bytes) {
    record.data = fmt::format(R"({{"left_out_bytes":{}}})", record.data.size());
  }
  return record;
}

}  // namespace berth::events
