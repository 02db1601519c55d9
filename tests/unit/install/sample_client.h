#pragma once

#include <gtest/gtest.h>

#include <string>

#include "service/install/plan.h"

namespace berth::install {

inline const Wish kWish{"berth", "/opt/berth-bridge", false};

inline Client json_client() {
  Client client;
  client.servers = {"mcpServers"};
  return client;
}

inline Client toml_client() {
  Client client;
  client.format = Format::toml;
  client.servers = {"mcp_servers"};
  return client;
}

/// The text after an install that must change something.
inline std::string installed(const Client& client, const std::string& text,
                             const Wish& wish = kWish) {
  const auto plan = plan_install(client, text, wish);
  EXPECT_TRUE(plan) << text << '\n' << plan.error().message;
  if (!plan) return {};
  EXPECT_TRUE(plan->after) << "nothing to do in\n" << text;
  return plan->after.value_or("");
}

/// The same for an uninstall.
inline std::string uninstalled(const Client& client, const std::string& text,
                               const Wish& wish = kWish) {
  const auto plan = plan_uninstall(client, text, wish);
  EXPECT_TRUE(plan) << text << '\n' << plan.error().message;
  if (!plan) return {};
  EXPECT_TRUE(plan->after) << "nothing to do in\n" << text;
  return plan->after.value_or("");
}

/// The message of an install that must fail.
inline std::string refusal(const Client& client, const std::string& text,
                           const Wish& wish = kWish) {
  const auto plan = plan_install(client, text, wish);
  EXPECT_FALSE(plan) << text;
  return plan ? "" : plan.error().message;
}

}  // namespace berth::install
