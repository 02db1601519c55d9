#include <fmt/format.h>

#include <string>
#include <vector>

#include "api/http/host_policy.h"
#include "api/http/request_reader.h"
#include "api/http/target.h"
#include "service/core/text.h"
#include "tests/fuzz/targets.h"

namespace berth::fuzz {
namespace {

constexpr std::size_t kMaxBody = 1024;

http::FrontLimits small_limits() {
  http::FrontLimits limits;
  limits.target_bytes = 256;
  limits.head_bytes = 1024;
  limits.header_fields = 8;
  return limits;
}

std::string describe(const http::Head& head) {
  if (const auto host = http::field(*head.message, "Host")) http::host_of_authority(*host);
  std::string out =
      fmt::format("{} {} keep={} body={}:{}", http::to_string(head.method), head.message->getURI(),
                  head.keep_alive, static_cast<int>(head.framing.kind), head.framing.length);
  const auto target = http::parse_target(head);
  if (!target) return out + fmt::format(" target refused {}", target.error().status);
  for (const std::string& segment : target->segments) {
    require(core::is_valid_utf8(segment) && segment.find('\0') == std::string::npos,
            "a segment is UTF-8 without NUL");
    require(segment != "." && segment != "..", "a segment leads nowhere else");
    out += " /" + segment;
  }
  return out;
}

/// The requests that the bytes are when they come in pieces of `size`, and how that ends.
std::vector<std::string> read_requests(std::string_view bytes, std::size_t size) {
  const http::FrontLimits limits = small_limits();
  http::RequestReader reader(limits);
  std::vector<std::string> out;
  while (true) {
    const auto phase = reader.advance();
    if (!phase) {
      require(phase.error().status >= 400 && phase.error().status < 600, "a refusal has a status");
      out.push_back(fmt::format("refused {}", phase.error().status));
      return out;
    }
    if (*phase == http::RequestReader::Phase::gate) {
      out.push_back(describe(reader.head()));
      if (const auto accepted = reader.accept_body(kMaxBody); !accepted) {
        out.push_back(fmt::format("body refused {}", accepted.error().status));
        return out;
      }
    } else if (*phase == http::RequestReader::Phase::complete) {
      out.push_back(reader.take_body());
      require(out.back().size() <= kMaxBody, "a body is bounded");
      reader.next();
    } else if (bytes.empty()) {
      out.push_back(fmt::format("waits in {}", static_cast<int>(*phase)));
      return out;
    } else {
      reader.append(bytes.substr(0, size));
      bytes.remove_prefix(std::min(size, bytes.size()));
    }
  }
}

}  // namespace

void http_request(std::string_view input) {
  const Pieces pieces(input);
  require(read_requests(pieces.bytes, pieces.size) ==
              read_requests(pieces.bytes, pieces.bytes.size() + 1),
          "requests begin and end at the same bytes however they come");
}

}  // namespace berth::fuzz
