// berth-host: holds one terminal. Started by berthd, which it outlives; speaks service/hostproto on
// descriptor 3.
#include <cstdio>
#include <exception>

#include "service/host/host.h"
#include "service/platform/peer.h"
#include "service/platform/process.h"

namespace {

constexpr int kLinkDescriptor = 3;

int run() {
  using namespace berth;
  if (!platform::peer_identity(kLinkDescriptor)) {
    std::fputs("berth-host is started by berthd; there is nothing to start by hand.\n", stderr);
    return 2;
  }
  platform::Descriptor link(kLinkDescriptor);
  platform::become_subreaper();
  platform::forbid_inspection();
  platform::ignore_broken_pipes();
  auto child_ends = platform::child_end_notifier();
  if (!child_ends) return 1;
  loop::Loop loop;
  const host::Host host(loop, std::move(link), std::move(*child_ends));
  loop.run();
  return 0;
}

}  // namespace

int main() {
  try {
    return run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "berth-host: %s\n", error.what());
    return 1;
  }
}
