#include "service/mcp/resource_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace berth::mcp {

void ResourceSources::add(std::string scheme, core::Resources& source) {
  sources_.push_back({std::move(scheme), &source});
}

core::Result<core::Resources*> ResourceSources::source_of(std::string_view uri) const {
  const std::string_view scheme = uri.substr(0, uri.find(':'));
  const auto found = std::ranges::find(sources_, scheme, &Source::scheme);
  if (found != sources_.end()) return found->resources;
  return core::fail(core::ErrorCode::not_found, fmt::format("there is no resource {}", uri), "uri");
}

/// A cursor is the number of the source and that source's cursor.
void ResourceSources::list(const core::Caller& caller, std::string cursor,
                           Done<core::Page<core::ResourceInfo>> done) {
  if (cursor.empty()) return list_from(0, caller, {}, std::move(done));
  std::size_t source = 0;
  const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), source);
  if (error != std::errc() || source >= sources_.size() || end == cursor.data() + cursor.size() ||
      *end != ':') {
    return done(core::fail(core::ErrorCode::invalid_argument, "Invalid cursor", "cursor"));
  }
  cursor.erase(0, static_cast<std::size_t>(end - cursor.data()) + 1);
  list_from(source, caller, std::move(cursor), std::move(done));
}

void ResourceSources::list_from(std::size_t source, const core::Caller& caller, std::string cursor,
                                Done<core::Page<core::ResourceInfo>> done) {
  if (source >= sources_.size()) return done(core::Page<core::ResourceInfo>());
  sources_[source].resources->list(
      caller, std::move(cursor),
      [this, source, caller,
       done = std::move(done)](core::Result<core::Page<core::ResourceInfo>> page) {
        if (!page) return done(std::move(page));
        const bool more = !page->next_cursor.empty();
        if (page->items.empty() && !more) return list_from(source + 1, caller, {}, done);
        if (more || source + 1 < sources_.size()) {
          page->next_cursor = fmt::format("{}:{}", more ? source : source + 1, page->next_cursor);
        }
        done(std::move(page));
      });
}

std::vector<core::ResourceInfo> ResourceSources::templates() const {
  std::vector<core::ResourceInfo> all;
  for (const Source& source : sources_) {
    const auto some = source.resources->templates();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

void ResourceSources::complete(const core::Caller& caller, const std::string& uri_template,
                               const std::string& argument, const std::string& value,
                               Done<core::Completion> done) {
  const auto source = source_of(uri_template);
  if (!source) return done(core::fail(source.error()));
  (*source)->complete(caller, uri_template, argument, value, std::move(done));
}

void ResourceSources::read(const core::Caller& caller, const std::string& uri,
                           Done<core::ResourceContents> done) {
  const auto source = source_of(uri);
  if (!source) return done(core::fail(source.error()));
  (*source)->read(caller, uri, std::move(done));
}

void ResourceSources::watch(const core::Caller& caller, const std::string& uri,
                            std::function<void()> changed, Done<std::shared_ptr<void>> done) {
  const auto source = source_of(uri);
  if (!source) return done(core::fail(source.error()));
  (*source)->watch(caller, uri, std::move(changed), std::move(done));
}

}  // namespace berth::mcp
