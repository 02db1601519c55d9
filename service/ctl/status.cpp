#include "service/ctl/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "service/core/json_scan.h"
#include "service/core/text.h"
#include "service/ctl/http_client.h"

namespace berth::ctl {
namespace {

constexpr int kReady = 0;
constexpr int kNotReady = 1;
constexpr int kNoService = 3;

std::string shown(const core::JsonMember& member) {
  if (member.kind != core::JsonKind::string) return std::string(member.raw);
  return core::to_readable_text(core::decode_json_string(member.raw));
}

/// One line a member, in the order the service sent them: what it adds later shows by itself.
void print_table(const std::string& place, const core::JsonObject& status) {
  std::size_t width = std::string_view("service").size();
  for (const core::JsonMember& member : status.members()) {
    width = std::max(width, member.key.size());
  }
  fmt::print("{:<{}}  {}\n", "service", width, place);
  for (const core::JsonMember& member : status.members()) {
    fmt::print("{:<{}}  {}\n", member.key, width, shown(member));
  }
}

}  // namespace

int show_status(const client::Search& search, bool json) {
  std::string trouble;
  for (const client::Place& place : client::places(search)) {
    const auto target = client::resolve(search, place);
    const auto answer = target ? http_get(*target, "/status")
                               : core::Result<HttpAnswer>(core::fail(target.error()));
    if (!answer) {
      const bool absent = answer.error().code == core::ErrorCode::not_found;
      trouble +=
          fmt::format("  {}: {}\n", place.name(),
                      absent ? "no service there" : std::string_view(answer.error().message));
      continue;
    }
    const auto status = core::scan_object(answer->body);
    if (answer->status != 200 || !status) {
      trouble += fmt::format("  {}: answered HTTP {}\n", place.name(), answer->status);
      continue;
    }
    if (json) {
      fmt::print("{}\n", answer->body);
    } else {
      print_table(place.name(), *status);
    }
    return status->string("status") == "ready" ? kReady : kNotReady;
  }
  fmt::print(stderr, "berthctl: no service answers\n{}", trouble);
  return kNoService;
}

}  // namespace berth::ctl
