#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "service/client/discovery.h"
#include "service/loop/connector.h"
#include "service/loop/stream.h"
#include "service/loop/timer.h"
#include "service/net/link_upgrade.h"

namespace berth::client {

/// An upgraded bridge link: from here on frames (service/net/link_frame.h).
struct OpenLink {
  std::unique_ptr<loop::Stream> stream;  ///< not reading
  std::string rest;                      ///< first bytes of the link that came with the upgrade
  std::string place;                     ///< for messages
  bool autostarted = false;              ///< see Target
};

/// Whether a service answered that this caller may not use it.
bool is_refusal(core::ErrorCode code);

/// Goes through the places of a search once, until a service opens a link. Loop thread; destroying
/// it gives up. Calls back once, never from the constructor. Errors:
///   not_found         none answers: a service may be started
///   permission_denied, unauthenticated   none answers but one refuses
///   unsupported       one answers but has no bridge link, or not for that upstream
///   unavailable       one answers but is starting, stopping or something else
class LinkDialer {
 public:
  using Done = std::function<void(core::Result<OpenLink>)>;

  /// `upgrade` without host and token, which the place decides.
  LinkDialer(loop::Loop& loop, const Search& search, net::LinkUpgrade upgrade, Done done);

 private:
  void try_next();
  void connected(std::unique_ptr<loop::Stream> stream);
  void received(std::string_view bytes);
  void not_here(core::Error error);
  void finish(core::Result<OpenLink> result);

  loop::Loop& loop_;
  Search search_;
  net::LinkUpgrade upgrade_;
  Done done_;
  std::vector<Place> places_;
  std::size_t next_ = 0;
  Target target_;
  core::Error outcome_;  // what is told if no place has a service for us
  std::unique_ptr<loop::Connector> connector_;
  std::unique_ptr<loop::Stream> stream_;
  net::UpgradeResponse response_;
  loop::Timer timer_;
};

}  // namespace berth::client
