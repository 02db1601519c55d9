#include "tests/integration/bridge/link_server.h"

#include <gtest/gtest.h>

#include "service/platform/files.h"

namespace berth::bridge {

LinkServer::LinkServer(loop::Loop& loop, const std::string& runtime_dir,
                       const std::string& started_by)
    : loop_(loop), runtime_dir_(runtime_dir) {
  EXPECT_TRUE(platform::make_private_folder(runtime_dir));
  listen();
  EXPECT_TRUE(platform::write_file_atomically(
      runtime_dir + "/endpoint.json",
      R"({"pid":1,"version":"0.1.0","url":"http://127.0.0.1:1","socket":")" + runtime_dir +
          R"(/berth.sock")" + (started_by.empty() ? "" : R"(,"started_by":")" + started_by + "\"") +
          "}",
      0600));
}

void LinkServer::listen() {
  auto listener = loop::Listener::local(
      loop_, runtime_dir_ + "/berth.sock", 0600,
      [this](std::unique_ptr<loop::Stream> stream) { accepted(std::move(stream)); });
  ASSERT_TRUE(listener);
  listener_ = std::move(*listener);
}

void LinkServer::accepted(std::unique_ptr<loop::Stream> stream) {
  stream_ = std::move(stream);
  decoder_ = {};
  head_.clear();
  upgraded_ = false;
  linked_ = false;
  resume_reading();
}

void LinkServer::stop_reading() {
  stream_->stop_reading();
}

void LinkServer::resume_reading() {
  stream_->start_reading([this](std::string_view bytes) { received(bytes); },
                         [this](const std::optional<core::Error>&) { break_link(); });
}

void LinkServer::received(std::string_view bytes) {
  if (!upgraded_) {
    head_ += bytes;
    const std::size_t end = head_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    requests_.push_back(head_.substr(0, end + 2));
    if (!refusal.empty()) {
      stream_->write(refusal);
      return;
    }
    upgraded_ = true;
    stream_->write(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
        "Upgrade: berth-bridge/1\r\n\r\n");
    decoder_.feed(std::string_view(head_).substr(end + 4));
  } else {
    decoder_.feed(bytes);
  }
  const std::uint64_t before = last_received_;
  for (;;) {
    const auto frame = decoder_.next();
    ASSERT_TRUE(frame) << frame.error().message;
    if (!*frame) break;
    take(**frame);
    if (!stream_) return;  // the script broke the link
  }
  if (acknowledges && last_received_ > before) {
    std::string wire;
    net::append_acknowledge(wire, last_received_);
    stream_->write(wire);
  }
}

void LinkServer::take(const net::LinkFrame& frame) {
  switch (frame.kind) {
    case net::LinkFrameKind::hello: {
      const auto hello = net::parse_hello(frame.json);
      ASSERT_TRUE(hello) << hello.error().message;
      hellos_.push_back(*hello);
      say_hello(*hello);
      break;
    }
    case net::LinkFrameKind::message:
      if (frame.number <= last_received_) break;
      last_received_ = frame.number;
      messages_.push_back({frame.number, std::string(frame.json)});
      if (on_message) on_message(Received(messages_.back()));
      break;
    case net::LinkFrameKind::acknowledge:
      std::erase_if(unacknowledged_,
                    [&](const auto& message) { return message.first <= frame.number; });
      break;
    case net::LinkFrameKind::goodbye:
      goodbyes.emplace_back(frame.json);
      break;
    case net::LinkFrameKind::ping:
    case net::LinkFrameKind::pong:
      break;
  }
}

void LinkServer::say_hello(const net::LinkHello& theirs) {
  net::LinkHello ours;
  ours.epoch = epoch_;
  ours.resumed = remembers_ && theirs.epoch == epoch_;
  if (!ours.resumed) {
    last_received_ = 0;
    sent_ = 0;
    unacknowledged_.clear();
  }
  ours.received = last_received_;
  remembers_ = true;
  std::string wire;
  net::append_service_hello(wire, ours);
  for (const auto& [number, json] : unacknowledged_) {
    if (number > theirs.received) net::append_message(wire, number, json);
  }
  linked_ = true;
  ++links_;
  stream_->write(std::move(wire));
}

void LinkServer::say(const std::string& json) {
  unacknowledged_.emplace_back(++sent_, json);
  if (!linked_) return;
  std::string wire;
  net::append_message(wire, sent_, json);
  stream_->write(std::move(wire));
}

void LinkServer::write_raw(std::string bytes) {
  stream_->write(std::move(bytes));
}

void LinkServer::break_link() {
  stream_.reset();
  linked_ = false;
}

void LinkServer::goodbye(const std::string& reason, bool reconnect) {
  std::string wire;
  net::append_goodbye(wire, {reason, reconnect});
  stream_->write(std::move(wire));
}

void LinkServer::restart(const std::string& epoch) {
  break_link();
  epoch_ = epoch;
  remembers_ = false;
}

}  // namespace berth::bridge
