#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "service/core/json.h"
#include "service/core/resources.h"
#include "service/mcp/revision.h"

namespace berth::mcp {

struct ImageContent {
  std::string bytes;
  std::string mime_type;
};

struct AudioContent {
  std::string bytes;
  std::string mime_type;
};

/// What tools and prompts give (ContentBlock of the specification): text (valid UTF-8), a picture,
/// sound, a resource with its contents, or one to be read.
using Content = std::variant<std::string, ImageContent, AudioContent, core::ResourceContents,
                             core::ResourceInfo>;

/// One ContentBlock. A revision that does not know the kind yet gets a text that says what it is.
void write_content(core::JsonWriter& json, const Content& content, Revision revision);

/// The members of a resource's contents, inside an object that the caller has begun.
void write_contents(core::JsonWriter& json, const core::ResourceContents& contents);

}  // namespace berth::mcp
