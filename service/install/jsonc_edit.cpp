#include "service/install/jsonc_edit.h"

#include <fmt/format.h>

#include <algorithm>

#include "service/core/json.h"

namespace berth::install {
namespace {

constexpr std::string_view kLineBlanks = " \t";

/// How new members are laid out.
struct Layout {
  bool one_line = false;
  std::string line_break;
  std::string indent;  ///< of the new member
  std::string unit;    ///< more of it for each level
  std::string space;   ///< behind colons and, on one line, commas
};

bool has_line_break(std::string_view text) {
  return text.find('\n') != std::string_view::npos;
}

std::string indent_of_line(std::string_view text, std::size_t offset) {
  const std::size_t begin = line_begin(text, offset);
  const std::size_t end = text.find_first_not_of(kLineBlanks, begin);
  return std::string(text.substr(begin, std::min(end, text.size()) - begin));
}

bool begins_its_line(std::string_view text, std::size_t offset) {
  const std::size_t begin = line_begin(text, offset);
  return is_blank(text.substr(begin, offset - begin));
}

/// The indentation of the text's first member that has any.
std::string indent_unit(std::string_view text) {
  for (std::size_t at = line_end(text, 0); at < text.size(); at = line_end(text, at)) {
    const std::size_t first = text.find_first_not_of(kLineBlanks, at);
    if (first != std::string_view::npos && first > at && text[first] == '"') {
      return std::string(text.substr(at, first - at));
    }
  }
  return "  ";
}

/// An empty `{}` says nothing of its style; what it stands in does: on one line with other things.
bool shares_its_line(std::string_view text, const JsoncObject& object) {
  const std::size_t begin = std::max(line_begin(text, object.span.begin), byte_order_mark(text));
  const std::size_t first = text.find_first_not_of(kLineBlanks, begin);
  return first != object.span.begin && text[first] != '"';
}

Layout layout_in(std::string_view text, const JsoncObject& object) {
  const std::string_view inner = Span{object.span.begin + 1, object.span.end - 1}.in(text);
  Layout layout;
  layout.one_line = is_blank(inner) ? shares_its_line(text, object) : !has_line_break(inner);
  layout.line_break = line_break_of(text);
  layout.unit = indent_unit(text);
  layout.indent = indent_of_line(text, object.span.begin) + layout.unit;
  const auto own_line = std::find_if(
      object.members.rbegin(), object.members.rend(),
      [&](const JsoncMember& member) { return begins_its_line(text, member.key_span.begin); });
  if (own_line != object.members.rend()) {
    const std::string outer = indent_of_line(text, object.span.begin);
    layout.indent = indent_of_line(text, own_line->key_span.begin);
    if (layout.indent.starts_with(outer) && layout.indent != outer) {
      layout.unit = layout.indent.substr(outer.size());
    }
  }
  const std::size_t value =
      object.members.empty() ? object.span.begin : object.members.back().value.begin;
  const bool is_tight = value > 0 && text[value - 1] == ':';
  layout.space = is_tight ? "" : " ";
  return layout;
}

std::string written(const NewJson& value, const Layout& layout, const std::string& indent) {
  if (!value.line.empty()) return value.line;
  if (value.members.empty()) return "{}";
  const std::string inner_indent = indent + layout.unit;
  std::string out = "{";
  for (const auto& [key, member] : value.members) {
    if (out.size() > 1) out += layout.one_line ? "," + layout.space : ",";
    if (!layout.one_line) out += layout.line_break + inner_indent;
    out += fmt::format("{}:{}{}", quoted(key), layout.space, written(member, layout, inner_indent));
  }
  if (!layout.one_line) out += layout.line_break + indent;
  return out + "}";
}

std::string written_member(std::string_view key, const NewJson& value, const Layout& layout) {
  return fmt::format("{}:{}{}", quoted(key), layout.space, written(value, layout, layout.indent));
}

std::string inserted(std::string_view text, std::size_t at, std::string_view what) {
  return replace_span(text, {at, at}, what);
}

/// The end of the line if there is nothing more on it.
std::size_t behind_last_blanks(std::string_view text, std::size_t offset) {
  const std::size_t next = text.find_first_not_of(kLineBlanks, offset);
  return text[next] == '\r' || text[next] == '\n' ? next : offset;
}

std::string insert_into_empty(std::string_view text, const JsoncObject& object,
                              const Layout& layout, const std::string& member) {
  const Span inner{object.span.begin + 1, object.span.end - 1};
  const auto comments = comments_in(text, inner);
  if (!comments.empty()) {
    const std::size_t end = comments.back().span.end;
    if (layout.one_line) return inserted(text, end, " " + member);
    return inserted(text, behind_last_blanks(text, end),
                    layout.line_break + layout.indent + member);
  }
  if (layout.one_line) return replace_span(text, inner, member);
  return replace_span(text, inner,
                      layout.line_break + layout.indent + member + layout.line_break +
                          indent_of_line(text, object.span.begin));
}

/// Behind what is said about a member on the line where it ends, and behind blanks at its end.
std::size_t end_of_remarks(std::string_view text, std::size_t from, std::size_t limit) {
  std::size_t end = from;
  for (const JsoncComment& comment : comments_in(text, {from, limit})) {
    if (has_line_break(Span{end, comment.span.end}.in(text))) break;
    end = comment.span.end;
  }
  return behind_last_blanks(text, end);
}

/// The line break before `offset` and what indents it, unless the line before ends in a `//`
/// comment that would swallow what follows.
std::size_t begin_with_line_break(std::string_view text, std::size_t gap_begin,
                                  std::size_t offset) {
  const auto comments = comments_in(text, {gap_begin, offset});
  if (!comments.empty() && comments.back().to_line_end) return offset;
  const std::size_t last = text.find_last_not_of(" \t\r\n", offset - 1);
  return last == std::string_view::npos ? offset : std::max(last + 1, gap_begin);
}

}  // namespace

std::string quoted(std::string_view text) {
  return core::JsonWriter().value(text).str();
}

std::string replace_span(std::string_view text, Span span, std::string_view by) {
  return fmt::format("{}{}{}", text.substr(0, span.begin), by, text.substr(span.end));
}

std::string insert_member(std::string_view text, const JsoncObject& object, std::string_view key,
                          const NewJson& value) {
  const Layout layout = layout_in(text, object);
  std::string member = written_member(key, value, layout);
  if (object.members.empty()) return insert_into_empty(text, object, layout, member);

  const JsoncMember& last = object.members.back();
  if (last.comma) member += ",";
  const std::size_t end = last.comma ? *last.comma + 1 : last.value.end;
  const std::string_view comma = last.comma ? "" : ",";
  if (layout.one_line) {
    return inserted(text, end, fmt::format("{}{}{}", comma, layout.space, member));
  }
  const std::size_t at = end_of_remarks(text, end, object.span.end - 1);
  return inserted(inserted(text, at, layout.line_break + layout.indent + member), end, comma);
}

std::string replace_value(std::string_view text, const JsoncObject& object,
                          const JsoncMember& member, const NewJson& value) {
  Layout layout = layout_in(text, object);
  layout.indent = indent_of_line(text, member.key_span.begin);
  return replace_span(text, member.value, written(value, layout, layout.indent));
}

std::string remove_member(std::string_view text, const JsoncObject& object,
                          const JsoncMember& member) {
  const auto index = static_cast<std::size_t>(&member - object.members.data());
  const JsoncMember* previous = index > 0 ? &object.members[index - 1] : nullptr;
  Span gone{member.key_span.begin, member.value.end};
  const bool comma_is_next =
      member.comma && is_blank(Span{member.value.end, *member.comma}.in(text));
  if (comma_is_next) gone.end = *member.comma + 1;

  std::size_t gap_begin = object.span.begin + 1;
  if (previous != nullptr) gap_begin = *previous->comma + 1;
  const std::size_t rest_of_line = line_end(text, gone.end);
  const bool ends_its_line = has_line_break(Span{gone.end, rest_of_line}.in(text)) &&
                             is_blank(Span{gone.end, rest_of_line}.in(text));
  const Span inner{object.span.begin + 1, object.span.end - 1};
  if (!begins_its_line(text, gone.begin)) {
    const std::size_t blanks = text.find_last_not_of(kLineBlanks, gone.begin - 1) + 1;
    gone.begin = std::max(blanks, gap_begin);
  } else if (ends_its_line) {
    gone = {line_begin(text, gone.begin), rest_of_line};
  } else {
    gone.begin = begin_with_line_break(text, gap_begin, gone.begin);
  }
  if (object.members.size() == 1 && is_blank(Span{inner.begin, gone.begin}.in(text)) &&
      is_blank(Span{gone.end, inner.end}.in(text))) {
    return replace_span(text, inner, "");
  }

  // From the back, so that what stands before keeps its place.
  std::string out(text);
  if (member.comma && !comma_is_next) out.erase(*member.comma, 1);
  out.erase(gone.begin, gone.end - gone.begin);
  if (!member.comma && previous != nullptr) out.erase(*previous->comma, 1);
  return out;
}

std::string append_document(std::string_view text, const NewJson& value) {
  Layout layout;
  layout.line_break = line_break_of(text);
  layout.unit = "  ";
  layout.space = " ";
  const bool open_line = text.size() > byte_order_mark(text) && !text.ends_with('\n');
  return fmt::format("{}{}{}{}", text, open_line ? layout.line_break : "",
                     written(value, layout, ""), layout.line_break);
}

}  // namespace berth::install
