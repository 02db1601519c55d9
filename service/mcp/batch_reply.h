#pragma once

#include <string>
#include <utility>

#include "service/mcp/outgoing.h"

namespace berth::mcp {

/// Gathers the responses to the messages of one batch and sends them as one array once the last is
/// there (JSON-RPC 2.0, Batch). Notifications go out at once.
class BatchReply {
 public:
  BatchReply(std::size_t parts, Reply reply) : open_(parts), reply_(std::move(reply)) {}

  void part(Outgoing outgoing) {
    if (outgoing.kind == Outgoing::Kind::notification) return reply_(std::move(outgoing));
    if (outgoing.kind == Outgoing::Kind::response) {
      responses_ += responses_.empty() ? "[" : ",";
      responses_ += outgoing.text;
    }
    if (--open_ > 0) return;
    if (responses_.empty()) return reply_({});
    reply_({Outgoing::Kind::response, std::move(responses_) + "]"});
  }

 private:
  std::size_t open_;
  std::string responses_;
  Reply reply_;
};

}  // namespace berth::mcp
