#include "service/runtime/config_lists.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include "service/core/ingested_event.h"

namespace berth::runtime {
namespace {

constexpr std::string_view kEventSource = "events.source";
constexpr std::size_t kMaxEventSources = 64;  // each has a thread of its own

using EventSource = Config::EventSource;

/// One text of a table.
struct Member {
  std::string_view name;
  std::string EventSource::*field;
  bool required;
  bool (*valid)(std::string_view);
  std::string_view rule;
};

bool is_source_name(std::string_view name) {
  return !name.empty() && name.size() <= core::kMaxSourceBytes && name != "berth" &&
         std::ranges::all_of(name, [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

bool is_stream_url(std::string_view text) {
  try {
    const Poco::URI uri{std::string(text)};
    return (uri.getScheme() == "http" || uri.getScheme() == "https") && !uri.getHost().empty() &&
           uri.getUserInfo().empty() && uri.getFragment().empty();
  } catch (const Poco::Exception&) {
    return false;
  }
}

bool is_absolute_path(std::string_view path) {
  return path.starts_with('/');
}

constexpr std::array<Member, 3> kMembers{{
    {"name", &EventSource::name, true, is_source_name,
     "must be a text of 1 to 128 bytes other than berth"},
    {"url", &EventSource::url, true, is_stream_url,
     "must be an http or https address without user and fragment"},
    {"token_file", &EventSource::token_file, false, is_absolute_path, "must be an absolute path"},
}};

/// One `[[events.source]]`.
class SourceReader {
 public:
  SourceReader(const toml::table& table, std::string where, std::string key,
               ConfigProblems& problems)
      : table_(table), where_(std::move(where)), key_(std::move(key)), problems_(problems) {}

  EventSource read() {
    EventSource source;
    for (const auto& [name, node] : table_) {
      const auto member = std::ranges::find(kMembers, name.str(), &Member::name);
      if (member == kMembers.end()) {
        wrong(name.str(), "is not a known key; there are name, url, token_file");
        continue;
      }
      const auto text = node.value_exact<std::string>();
      if (!text || !member->valid(*text)) {
        wrong(member->name, member->rule);
      } else {
        source.*(member->field) = *text;
      }
    }
    for (const Member& member : kMembers) {
      if (member.required && !table_.contains(member.name)) wrong(member.name, "is missing");
    }
    return source;
  }

 private:
  void wrong(std::string_view member, std::string_view problem) {
    problems_.add(wrong_key(where_, fmt::format("{}.{}", key_, member), problem));
  }

  const toml::table& table_;
  const std::string where_;
  const std::string key_;  // `events.source[0]`
  ConfigProblems& problems_;
};

}  // namespace

bool is_table_list(std::string_view name) {
  return name == kEventSource;
}

void apply_table_list(Config& config, std::string_view name, const toml::node& node,
                      const std::string& file, ConfigProblems& problems) {
  const auto where = [&file](const toml::node& at) {
    return fmt::format("{}:{}", file, at.source().begin.line);
  };
  const toml::array* list = node.as_array();
  if (list == nullptr || !list->is_array_of_tables()) {
    return problems.add(wrong_key(where(node), name, fmt::format("is written as [[{}]]", name)));
  }
  std::vector<EventSource>& sources = config.events.sources;
  sources.clear();
  if (list->size() > kMaxEventSources) {
    problems.add(
        wrong_key(where(node), name, fmt::format("may be there {} times", kMaxEventSources)));
  }
  for (const toml::node& item : *list) {
    const std::string key = fmt::format("{}[{}]", name, sources.size());
    EventSource source = SourceReader(*item.as_table(), where(item), key, problems).read();
    if (!source.name.empty() &&
        std::ranges::find(sources, source.name, &EventSource::name) != sources.end()) {
      problems.add(wrong_key(where(item), key + ".name", "is the name of another one"));
    }
    sources.push_back(std::move(source));
  }
}

std::string table_lists_to_toml(const Config& config) {
  std::string out =
      "\n# Event streams (server-sent events) elsewhere whose events are stored here as data.…, "
      "each\n"
      "# once. The token is sent as a bearer token.\n";
  if (config.events.sources.empty()) {
    out +=
        "# [[events.source]]\n# name = \"planner\"\n# url = \"https://planner.example/events\"\n"
        "# token_file = \"/etc/berth/planner.token\"\n";
  }
  for (const EventSource& source : config.events.sources) {
    out += fmt::format("[[{}]]\n", kEventSource);
    for (const Member& member : kMembers) {
      const std::string& value = source.*(member.field);
      if (!value.empty()) out += fmt::format("{} = {}\n", member.name, toml_text(value));
    }
  }
  return out;
}

std::string toml_text(std::string_view text) {
  std::ostringstream out;
  out << toml::toml_formatter{toml::value<std::string>(text), toml::format_flags::none};
  return out.str();
}

}  // namespace berth::runtime
