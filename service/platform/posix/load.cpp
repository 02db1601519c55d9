#include "service/platform/load.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "service/platform/files.h"

namespace berth::platform {
namespace {

constexpr std::size_t kMaxFigures = 64U << 10U;

/// The number that follows `label`, spaces skipped; with an empty label the one at the beginning.
std::optional<double> number_after(std::string_view text, std::string_view label) {
  const std::size_t at = text.find(label);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + label.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

/// Not there is no error: many kernels are built without it.
std::optional<double> pressure(const std::string& path) {
  const auto text = read_file(path, kMaxFigures);
  if (!text) return std::nullopt;
  return number_after(*text, "some avg10=");
}

core::Error unreadable(const std::string& path) {
  return {core::ErrorCode::internal,
          fmt::format("{} does not have the figures it should", path),
          {},
          std::nullopt};
}

}  // namespace

core::Result<Load> current_load(const std::string& proc) {
  const std::string load_path = proc + "/loadavg";
  const auto load_text = read_file(load_path, kMaxFigures);
  if (!load_text) return core::fail(load_text.error());
  const auto average = number_after(*load_text, "");

  const std::string memory_path = proc + "/meminfo";
  const auto memory_text = read_file(memory_path, kMaxFigures);
  if (!memory_text) return core::fail(memory_text.error());
  const auto total = number_after(*memory_text, "MemTotal:");
  const auto available = number_after(*memory_text, "MemAvailable:");

  if (!average) return core::fail(unreadable(load_path));
  if (!total || !available || *total <= 0) return core::fail(unreadable(memory_path));
  Load load;
  load.cpu_load_ratio = *average / static_cast<double>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
  load.memory_available_ratio = std::clamp(*available / *total, 0.0, 1.0);
  load.psi_cpu_some_avg10 = pressure(proc + "/pressure/cpu");
  load.psi_memory_some_avg10 = pressure(proc + "/pressure/memory");
  return load;
}

}  // namespace berth::platform
