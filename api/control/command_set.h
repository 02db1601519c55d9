#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "service/core/error.h"
#include "service/core/event_subscription.h"
#include "service/core/identity.h"
#include "service/core/json_scan.h"

namespace berth::control {

/// One command of an operator on its way: answered once, by whoever holds it. Core loop.
class Call {
 public:
  virtual ~Call() = default;

  virtual const core::Caller& caller() const = 0;
  /// All of the line, `id` and `command` among its members.
  virtual const core::JsonObject& message() const = 0;

  /// `result` is one JSON value.
  virtual void answer(std::string_view result) = 0;
  virtual void fail(const core::Error& error) = 0;
  /// Answers, and from then on sends events as lines; what the connection followed before ends.
  virtual void follow(core::EventSubscription subscription) = 0;
};

/// A command, who may give it, and what carries it out.
struct Command {
  core::Scope scope = core::Scope::admin;  ///< least that it takes
  std::function<void(const std::shared_ptr<Call>& call)> run;
};

/// By name (contract: Control socket). Filled before the socket listens.
class CommandSet {
 public:
  void add(std::string name, Command command) {
    commands_.emplace(std::move(name), std::move(command));
  }

  /// not_found naming what there is; permission_denied.
  core::Result<const Command*> find(std::string_view name, core::Scope scope) const;

 private:
  std::map<std::string, Command, std::less<>> commands_;
};

}  // namespace berth::control
