#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/install/jsonc.h"

/// Changes of a scanned JSONC text that leave every byte they are not about as it is: comments,
/// order, indentation, line ends. What is added follows the style of what is there. Each of them
/// gives back the whole new text.
namespace berth::install {

struct NewMember;

/// What is to be written: JSON that stays on one line, or an object.
struct NewJson {
  std::string line;  ///< empty = the members
  std::vector<NewMember> members;
};

struct NewMember {
  std::string key;
  NewJson value;
};

/// Text in quotes.
std::string quoted(std::string_view text);

/// As the object's last member. If the one before it has a comma behind it, so has the new one:
/// what remove_member() makes of it is then the text as it was.
std::string insert_member(std::string_view text, const JsoncObject& object, std::string_view key,
                          const NewJson& value);

/// The member's value, its name and all around it stay.
std::string replace_value(std::string_view text, const JsoncObject& object,
                          const JsoncMember& member, const NewJson& value);

/// With its line, if it has lines of its own. Comments stay; an object in which nothing is left
/// becomes `{}`.
std::string remove_member(std::string_view text, const JsoncObject& object,
                          const JsoncMember& member);

/// Behind a text of blanks and comments.
std::string append_document(std::string_view text, const NewJson& value);

std::string replace_span(std::string_view text, Span span, std::string_view by);

}  // namespace berth::install
