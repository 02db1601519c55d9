#include "api/http/router.h"

#include <fmt/format.h>

#include <stdexcept>

namespace berth::http {

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> any;   // {name}
  std::unique_ptr<Node> rest;  // {name*}
  std::string parameter;       // what `any` or `rest` above this node is called
  std::map<Method, const Route*> methods;
};

namespace {

constexpr std::string_view kEveryMethod = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

std::string allowed_methods(const std::map<Method, const Route*>& methods) {
  std::string list;
  const auto add = [&](Method method) {
    if (!list.empty()) list += ", ";
    list += to_string(method);
  };
  for (const auto& [method, route] : methods) {
    add(method);
    if (method == Method::get) add(Method::head);
  }
  if (!methods.contains(Method::options)) add(Method::options);
  return list;
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(Method method, std::string pattern, RouteOptions options, Handler handler) {
  if (!pattern.starts_with('/'))
    throw std::logic_error("a pattern begins with a slash: " + pattern);
  Node* node = root_.get();
  std::string_view left = std::string_view(pattern).substr(1);
  for (bool more = true; more;) {
    const std::size_t slash = left.find('/');
    std::string_view part = left.substr(0, slash);
    more = slash != std::string_view::npos;
    if (more) left.remove_prefix(slash + 1);

    const bool parameter = part.size() > 2 && part.starts_with('{') && part.ends_with('}');
    if (!parameter) {
      auto& next = node->literals[std::string(part)];
      if (!next) next = std::make_unique<Node>();
      node = next.get();
      continue;
    }
    part = part.substr(1, part.size() - 2);
    const bool rest = part.ends_with('*');
    if (rest) part.remove_suffix(1);
    if (rest && more) throw std::logic_error("{name*} must be last: " + pattern);
    auto& next = rest ? node->rest : node->any;
    if (!next) {
      next = std::make_unique<Node>();
      next->parameter = part;
    } else if (next->parameter != part) {
      throw std::logic_error("two names for one place: " + pattern);
    }
    node = next.get();
  }
  if (node->methods.contains(method)) throw std::logic_error("a route twice: " + pattern);
  routes_.push_back(
      std::make_unique<Route>(Route{method, std::move(pattern), options, std::move(handler)}));
  node->methods[method] = routes_.back().get();
}

const Router::Node* Router::find(const Node& node, const std::vector<std::string>& segments,
                                 std::size_t at, PathParameters& parameters) {
  if (at == segments.size()) return node.methods.empty() ? nullptr : &node;
  if (const auto literal = node.literals.find(segments[at]); literal != node.literals.end()) {
    if (const Node* found = find(*literal->second, segments, at + 1, parameters)) return found;
  }
  if (node.any && !segments[at].empty()) {
    if (const Node* found = find(*node.any, segments, at + 1, parameters)) {
      parameters[node.any->parameter] = segments[at];
      return found;
    }
  }
  if (node.rest) {
    std::string all;
    for (std::size_t i = at; i < segments.size(); ++i) {
      // An encoded slash could hide a `..` from the check of segments.
      if (segments[i].find('/') != std::string::npos) return nullptr;
      all += (i == at ? "" : "/") + segments[i];
    }
    parameters[node.rest->parameter] = std::move(all);
    return node.rest.get();
  }
  return nullptr;
}

Accepted<Match> Router::match(Method method, const std::vector<std::string>& segments) const {
  Match match;
  if (segments.empty() && method == Method::options) {  // OPTIONS *
    match.allow = kEveryMethod;
    return match;
  }
  const Node* node = find(*root_, segments, 0, match.parameters);
  if (node == nullptr) {
    return refuse(RefusalReason::no_route, 404, core::ErrorCode::not_found,
                  "There is nothing at this path");
  }
  match.allow = allowed_methods(node->methods);
  auto found = node->methods.find(method);
  if (found == node->methods.end() && method == Method::head) {
    found = node->methods.find(Method::get);
  }
  if (found != node->methods.end()) {
    match.route = found->second;
  } else if (method != Method::options) {
    return refuse(RefusalReason::no_route, 405, core::ErrorCode::unsupported,
                  fmt::format("This path has no method {}", to_string(method)),
                  {{"Allow", match.allow}});
  }
  return match;
}

}  // namespace berth::http
