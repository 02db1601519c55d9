#include "service/install/toml_config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <map>

#include "service/install/jsonc_edit.h"
#include "service/install/text_place.h"

namespace berth::install {
namespace {

using core::ErrorCode;

std::string place_of(const toml::source_position& position) {
  return fmt::format("{}:{}", position.line, position.column);
}

core::Error problem(const toml::source_position& position, std::string_view what) {
  return {ErrorCode::invalid_argument, fmt::format("{}: {}", place_of(position), what), "",
          std::nullopt};
}

core::Result<toml::table> parse(std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return core::fail(problem(error.source().begin, error.description()));
  }
}

/// Lines of a text, the last one not included.
struct LineRange {
  std::size_t first = 0;
  std::size_t behind = 0;
};

class TomlConfig final : public ConfigText {
 public:
  TomlConfig(std::string text, toml::table root, std::string servers, std::string server)
      : text_(std::move(text)),
        root_(std::move(root)),
        servers_(std::move(servers)),
        server_(std::move(server)) {}

  std::optional<SeenEntry> entry() const override {
    const toml::node* node = entry_node();
    if (node == nullptr) return std::nullopt;
    return SeenEntry{command_of(*node).value_or(""), place_of(node->source().begin)};
  }

  core::Result<std::string> set(const std::string& command) const override {
    std::string text = text_;
    if (entry_node() != nullptr) {
      auto without = remove();
      if (!without) return without;
      text = std::move(*without);
    }
    const std::string line_break = line_break_of(text);
    const bool is_empty = text.size() == byte_order_mark(text);
    const bool open_line = !is_empty && !text.ends_with('\n');
    // An open last line stays one, so that remove() gives back what was here.
    text += fmt::format("{}{}[{}.{}]{}command = {}{}", open_line ? line_break : "",
                        is_empty ? "" : line_break, servers_, server_, line_break, quoted(command),
                        open_line ? "" : line_break);
    return checked(std::move(text));
  }

  core::Result<std::string> set_command(const std::string& command) const override {
    const toml::node* node = entry_node();
    if (!command_of(*node)) return set(command);
    const toml::source_region& region = node->as_table()->get("command")->source();
    const Span span{offset_of(text_, region.begin.line, region.begin.column),
                    offset_of(text_, region.end.line, region.end.column)};
    return checked(replace_span(text_, span, quoted(command)));
  }

  core::Result<std::string> remove() const override {
    const toml::node* node = entry_node();
    const toml::table* table = node->as_table();
    if (table == nullptr || !has_header(*table)) {
      return core::fail(problem(node->source().begin,
                                fmt::format("\"{}\" is not a table [{}.{}] of its own; it has to "
                                            "be taken out by hand",
                                            server_, servers_, server_)));
    }
    std::vector<LineRange> sections;
    collect_sections(*table, sections);
    std::string text = text_;
    for (auto section = sections.rbegin(); section != sections.rend(); ++section) {
      erase_lines(text, *section);
    }
    return checked(std::move(text));
  }

 private:
  const toml::node* entry_node() const {
    const toml::table* servers = root_[servers_].as_table();
    return servers == nullptr ? nullptr : servers->get(server_);
  }

  static std::optional<std::string> command_of(const toml::node& entry) {
    const toml::table* table = entry.as_table();
    const toml::node* command = table == nullptr ? nullptr : table->get("command");
    return command == nullptr ? std::nullopt : command->value_exact<std::string>();
  }

  /// `[a.b]`, not inline and not made of dotted keys.
  bool has_header(const toml::table& table) const {
    const auto& begin = table.source().begin;
    const std::size_t at = offset_of(text_, begin.line, begin.column);
    return !table.is_inline() && at < text_.size() && text_[at] == '[';
  }

  /// The lines of a table and of the tables below it, each from its header to its last value.
  void collect_sections(const toml::table& table, std::vector<LineRange>& sections) const {
    LineRange own{table.source().begin.line, table.source().begin.line + 1};
    extend_over_values(table, own, sections);
    // A table without a line of its own begins where the one below it does.
    std::erase_if(sections, [&](const LineRange& other) { return other.first == own.first; });
    sections.push_back(own);
    std::ranges::sort(sections, {}, &LineRange::first);
  }

  void extend_over_values(const toml::node& node, LineRange& own,
                          std::vector<LineRange>& sections) const {
    const toml::table* table = node.as_table();
    if (table == nullptr || table->is_inline()) {
      own.behind = std::max<std::size_t>(own.behind, node.source().end.line + 1);
      return;
    }
    for (const auto& [key, value] : *table) {
      const toml::table* below = value.as_table();
      if (below != nullptr && has_header(*below)) {
        collect_sections(*below, sections);
      } else {
        extend_over_values(value, own, sections);
      }
    }
  }

  /// With one blank line before them, or the line break if the text ends with them without one.
  static void erase_lines(std::string& text, const LineRange& lines) {
    std::size_t begin = offset_of(text, lines.first, 1);
    const std::size_t end = std::max(begin, offset_of(text, lines.behind, 1));
    const bool open_end = end == text.size() && !text.ends_with('\n');
    const auto take_line_break = [&] {
      if (begin > 0 && text[begin - 1] == '\n') --begin;
      if (begin > 0 && text[begin - 1] == '\r') --begin;
    };
    const std::size_t before = begin == 0 ? 0 : line_begin(text, begin - 1);
    if (begin > 0 && text.find_first_not_of("\r\n", before) >= begin) begin = before;
    if (open_end) take_line_break();
    text.erase(begin, end - begin);
  }

  /// Nothing that was not asked for may have changed.
  core::Result<std::string> checked(std::string after) const {
    const auto parsed = parse(after);
    const bool good = parsed && without_entry(*parsed) == without_entry(root_);
    if (good) return after;
    return core::fail(ErrorCode::internal,
                      parsed ? "1:1: the change would touch more than the entry; it has to be made "
                               "by hand"
                             : parsed.error().message);
  }

  toml::table without_entry(toml::table table) const {
    if (toml::table* servers = table[servers_].as_table()) {
      servers->erase(server_);
      if (servers->empty()) table.erase(servers_);
    }
    return table;
  }

  std::string text_;
  toml::table root_;
  std::string servers_;
  std::string server_;
};

}  // namespace

core::Result<std::unique_ptr<ConfigText>> open_toml(const Client& client, std::string text,
                                                    const std::string& server) {
  auto root = parse(text);
  if (!root) return core::fail(root.error());
  const std::string& servers = client.servers.front();
  const toml::node* node = root->get(servers);
  if (node != nullptr && (!node->is_table() || node->as_table()->is_inline())) {
    return core::fail(
        problem(node->source().begin, fmt::format("\"{}\" is not a table of its own", servers)));
  }
  return std::make_unique<TomlConfig>(std::move(text), std::move(*root), servers, server);
}

}  // namespace berth::install
