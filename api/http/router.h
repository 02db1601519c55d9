#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/method.h"
#include "api/http/refusal.h"

namespace berth::http {

class Exchange;

/// Answers a request now or later, on the loop's thread. See Exchange.
using Handler = std::function<void(std::shared_ptr<Exchange>)>;

/// Who may use a route. Admins may use what clients may.
enum class Access { open, client, admin };

struct RouteOptions {
  Access access = Access::client;
  std::size_t body_bytes = 0;   ///< largest body; 0 = FrontLimits::body_bytes
  bool while_draining = false;  ///< still answered while the service stops (health, status)
};

struct Route {
  Method method = Method::get;
  std::string pattern;  ///< `/admin/v1/jobs/{id}`: also the route's name in logs and metrics
  RouteOptions options;
  Handler handler;
};

using PathParameters = std::map<std::string, std::string, std::less<>>;

struct Match {
  const Route* route = nullptr;  ///< null: OPTIONS, which the front answers by `allow`
  PathParameters parameters;
  std::string allow;  ///< methods of this path, for the Allow field
};

/// Which handler a request goes to. Routes are added before the front listens and stay.
class Router {
 public:
  Router();
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// In a pattern `{name}` stands for one segment and a last `{name*}` for all the rest, with its
  /// slashes (never an encoded one, nor `..`); a literal segment goes before `{name}`. The same
  /// method and pattern twice, or another name at the same place, is a defect: std::logic_error.
  void add(Method method, std::string pattern, RouteOptions options, Handler handler);

  /// `segments` are decoded. 404, or 405 with Allow. HEAD goes to GET's handler. No
  /// segments at all is `OPTIONS *`.
  Accepted<Match> match(Method method, const std::vector<std::string>& segments) const;

  /// In the order they were added.
  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

 private:
  struct Node;

  static const Node* find(const Node& node, const std::vector<std::string>& segments,
                          std::size_t at, PathParameters& parameters);

  std::vector<std::unique_ptr<Route>> routes_;
  std::unique_ptr<Node> root_;
};

}  // namespace berth::http
