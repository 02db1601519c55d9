#include "service/mcp/content.h"

#include <fmt/format.h>

#include "service/core/base64.h"

namespace berth::mcp {
namespace {

class ContentWriter {
 public:
  ContentWriter(core::JsonWriter& json, Revision revision) : json_(json), revision_(revision) {}

  void operator()(const std::string& text) const {
    json_.member("type", "text").member("text", text);
  }

  void operator()(const ImageContent& image) const {
    json_.member("type", "image").member("data", core::encode_base64(image.bytes));
    json_.member("mimeType", image.mime_type);
  }

  void operator()(const AudioContent& audio) const {
    if (!has_audio(revision_)) {
      return (*this)(fmt::format("[sound, {}, {} bytes]", audio.mime_type, audio.bytes.size()));
    }
    json_.member("type", "audio").member("data", core::encode_base64(audio.bytes));
    json_.member("mimeType", audio.mime_type);
  }

  void operator()(const core::ResourceContents& contents) const {
    json_.member("type", "resource").key("resource").begin_object();
    write_contents(json_, contents);
    json_.end_object();
  }

  void operator()(const core::ResourceInfo& resource) const {
    if (!has_resource_links(revision_)) {
      return (*this)(fmt::format("[resource {}: {}]", resource.uri, resource.description));
    }
    json_.member("type", "resource_link").member("uri", resource.uri);
    json_.member("name", resource.name);
    if (!resource.description.empty()) json_.member("description", resource.description);
    if (!resource.mime_type.empty()) json_.member("mimeType", resource.mime_type);
  }

 private:
  core::JsonWriter& json_;
  Revision revision_;
};

}  // namespace

void write_content(core::JsonWriter& json, const Content& content, Revision revision) {
  json.begin_object();
  std::visit(ContentWriter(json, revision), content);
  json.end_object();
}

void write_contents(core::JsonWriter& json, const core::ResourceContents& contents) {
  json.member("uri", contents.uri).member("mimeType", contents.mime_type);
  if (const auto* text = std::get_if<std::string>(&contents.body)) {
    json.member("text", *text);
  } else {
    json.member("blob", core::encode_base64(std::get<core::ResourceBytes>(contents.body).bytes));
  }
}

}  // namespace berth::mcp
