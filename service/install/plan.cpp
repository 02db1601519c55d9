#include "service/install/plan.h"

#include <fmt/format.h>

#include <filesystem>

#include "service/core/text.h"
#include "service/install/config_text.h"

namespace berth::install {
namespace {

core::Error not_ours(const SeenEntry& seen, const Wish& wish, std::string_view advice) {
  const std::string runs = seen.command.empty() ? "starts no program"
                                                : fmt::format("starts {}, which is no berth-bridge",
                                                              core::to_readable_text(seen.command));
  return {core::ErrorCode::conflict,
          fmt::format("{}: \"{}\" {}; {}", seen.place, wish.server, runs, advice), "",
          std::nullopt};
}

core::Result<Plan> planned(core::Result<std::string> after) {
  if (!after) return core::fail(after.error());
  return Plan{std::move(*after), {}};
}

}  // namespace

bool is_bridge(const std::string& command) {
  return std::filesystem::path(command).filename() == "berth-bridge";
}

core::Result<Plan> plan_install(const Client& client, const std::string& text, const Wish& wish) {
  const auto config = open_config(client, text, wish.server);
  if (!config) return core::fail(config.error());
  const auto seen = (*config)->entry();
  if (!seen) return planned((*config)->set(wish.command));
  // What else the entry says (environment, what is allowed without asking) is the user's.
  if (seen->command == wish.command) return Plan{};
  if (is_bridge(seen->command)) return planned((*config)->set_command(wish.command));
  if (wish.force) return planned((*config)->set(wish.command));
  return core::fail(
      not_ours(*seen, wish, "--force replaces it, --name gives Berth's another name"));
}

core::Result<Plan> plan_uninstall(const Client& client, const std::string& text, const Wish& wish) {
  const auto config = open_config(client, text, wish.server);
  if (!config) return core::fail(config.error());
  const auto seen = (*config)->entry();
  if (!seen) return Plan{};
  if (!is_bridge(seen->command) && !wish.force) {
    return core::fail(not_ours(*seen, wish, "--force takes it out all the same"));
  }
  auto plan = planned((*config)->remove());
  if (plan) plan->command = seen->command;
  return plan;
}

}  // namespace berth::install
