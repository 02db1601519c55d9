#include "service/install/jsonc_config.h"

#include <fmt/format.h>

#include "service/install/jsonc.h"
#include "service/install/jsonc_edit.h"

namespace berth::install {
namespace {

using core::ErrorCode;
using core::JsonKind;

core::Error problem(std::string_view text, const Span& where, const std::string& what) {
  return {ErrorCode::invalid_argument, fmt::format("{}: {}", place_of(text, where.begin), what), "",
          std::nullopt};
}

/// The one member of that name; nothing if there is none.
core::Result<const JsoncMember*> only_member(std::string_view text, const JsoncObject& object,
                                             const std::string& key) {
  if (const JsoncMember* second = object.find_again(key)) {
    return core::fail(
        problem(text, second->key_span, fmt::format("\"{}\" stands here a second time", key)));
  }
  return object.find(key);
}

/// The objects along a path, from the root on, as far as they are there.
core::Result<std::vector<JsoncObject>> objects_along(std::string_view text,
                                                     const std::vector<std::string>& path) {
  auto root = scan_jsonc(text);
  if (!root) return core::fail(root.error());
  std::vector<JsoncObject> objects;
  if (!*root) return objects;
  objects.push_back(std::move(**root));
  for (const std::string& key : path) {
    const auto member = only_member(text, objects.back(), key);
    if (!member) return core::fail(member.error());
    if (*member == nullptr) break;
    if ((*member)->kind != JsonKind::object) {
      return core::fail(problem(text, (*member)->value, fmt::format("\"{}\" is no object", key)));
    }
    objects.push_back(object_at(text, (*member)->value.begin));
  }
  return objects;
}

/// That two objects are the same but for one member of the innermost object on a path: nothing that
/// was not asked for has changed.
bool differ_only_at(std::string_view before, const JsoncObject& old_object, std::string_view after,
                    const JsoncObject& new_object, const std::vector<std::string>& path,
                    std::size_t depth) {
  const std::string& on_path = path[depth];
  std::vector<std::string_view> kept;
  for (const JsoncMember& member : old_object.members) {
    if (member.key != on_path) {
      kept.push_back(Span{member.key_span.begin, member.value.end}.in(before));
    }
  }
  std::size_t index = 0;
  for (const JsoncMember& member : new_object.members) {
    if (member.key == on_path) continue;
    const Span whole{member.key_span.begin, member.value.end};
    if (index == kept.size() || kept[index] != whole.in(after)) return false;
    ++index;
  }
  if (index != kept.size()) return false;
  if (depth + 1 == path.size()) return true;
  const JsoncMember* old_member = old_object.find(on_path);
  const JsoncMember* new_member = new_object.find(on_path);
  if (new_member == nullptr) return false;
  if (old_member == nullptr) return true;
  return differ_only_at(before, object_at(before, old_member->value.begin), after,
                        object_at(after, new_member->value.begin), path, depth + 1);
}

class JsoncConfig final : public ConfigText {
 public:
  JsoncConfig(std::string text, std::vector<std::string> path, EntryShape shape,
              std::vector<JsoncObject> objects, std::string server)
      : text_(std::move(text)),
        path_(std::move(path)),
        shape_(std::move(shape)),
        objects_(std::move(objects)),
        server_(std::move(server)) {}

  std::optional<SeenEntry> entry() const override {
    const JsoncMember* member = member_of_entry();
    if (member == nullptr) return std::nullopt;
    SeenEntry seen;
    seen.place = place_of(text_, member->key_span.begin);
    if (const auto command = command_span(*member)) {
      seen.command = core::decode_json_string(command->in(text_));
    }
    return seen;
  }

  core::Result<std::string> set(const std::string& command) const override {
    const JsoncMember* member = member_of_entry();
    if (member != nullptr) {
      return checked(replace_value(text_, objects_.back(), *member, written_entry(command)));
    }
    // What is missing of the path is written around the entry, from the inside.
    NewJson value = written_entry(command);
    std::vector<std::string> missing = path_;
    missing.push_back(server_);
    const std::size_t present = objects_.empty() ? 0 : objects_.size() - 1;
    while (missing.size() > present + 1) {
      NewJson outer;
      outer.members.push_back({missing.back(), std::move(value)});
      value = std::move(outer);
      missing.pop_back();
    }
    if (!objects_.empty()) {
      return checked(insert_member(text_, objects_.back(), missing.back(), value));
    }
    NewJson document;
    document.members.push_back({missing.back(), std::move(value)});
    return checked(append_document(text_, document));
  }

  core::Result<std::string> set_command(const std::string& command) const override {
    const auto span = command_span(*member_of_entry());
    if (!span) return set(command);
    return checked(replace_span(text_, *span, quoted(command)));
  }

  core::Result<std::string> remove() const override {
    return checked(remove_member(text_, objects_.back(), *member_of_entry()));
  }

 private:
  const JsoncMember* member_of_entry() const {
    return objects_.size() == path_.size() + 1 ? objects_.back().find(server_) : nullptr;
  }

  /// The string that names the program, with its quotes.
  std::optional<Span> command_span(const JsoncMember& member) const {
    if (member.kind != JsonKind::object) return std::nullopt;
    const JsoncObject object = object_at(text_, member.value.begin);
    const JsoncMember* command = object.find("command");
    if (command == nullptr || object.find_again("command") != nullptr) return std::nullopt;
    if (command->kind == JsonKind::string) return command->value;
    if (command->kind != JsonKind::array) return std::nullopt;
    const auto first = first_element(text_, command->value);
    return first && text_[first->begin] == '"' ? first : std::nullopt;
  }

  NewJson written_entry(const std::string& command) const {
    NewJson entry;
    if (!shape_.type.empty()) entry.members.push_back({"type", {quoted(shape_.type), {}}});
    const std::string program = quoted(command);
    entry.members.push_back(
        {"command", {shape_.command_is_list ? fmt::format("[{}]", program) : program, {}}});
    if (shape_.has_arguments) entry.members.push_back({"args", {"[]", {}}});
    return entry;
  }

  core::Result<std::string> checked(std::string after) const {
    const auto scanned = scan_jsonc(after);
    std::vector<std::string> path = path_;
    path.push_back(server_);
    const JsoncObject nothing;
    const bool good = scanned && *scanned &&
                      differ_only_at(text_, objects_.empty() ? nothing : objects_.front(), after,
                                     **scanned, path, 0);
    if (good) return after;
    return core::fail(ErrorCode::internal,
                      "1:1: the change would touch more than the entry; it has to be made by hand");
  }

  std::string text_;
  std::vector<std::string> path_;
  EntryShape shape_;
  std::vector<JsoncObject> objects_;  // from the root along the path, as far as they are there
  std::string server_;
};

}  // namespace

core::Result<std::unique_ptr<ConfigText>> open_jsonc(const Client& client, std::string text,
                                                     const std::string& server) {
  std::vector<std::string> path = client.servers;
  auto objects = objects_along(text, path);
  if (objects && !client.other_servers.empty()) {
    auto others = objects_along(text, client.other_servers);
    if (others && others->size() == client.other_servers.size() + 1) {
      path = client.other_servers;
      objects = std::move(others);
    }
  }
  if (!objects) return core::fail(objects.error());
  if (objects->size() == path.size() + 1) {
    const auto member = only_member(text, objects->back(), server);
    if (!member) return core::fail(member.error());
  }
  return std::make_unique<JsoncConfig>(std::move(text), std::move(path), client.shape,
                                       std::move(*objects), server);
}

}  // namespace berth::install
