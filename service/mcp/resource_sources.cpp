#include "service/mcp/resource_sources.h"

#include <fmt/format.h>

#include <utility>

namespace berth::mcp {

core::Result<core::Resources*> ResourceSources::source_of(std::string_view uri) const {
  if (core::Resources* source = sources_.find(uri.substr(0, uri.find(':')))) return source;
  return core::fail(core::ErrorCode::not_found, fmt::format("there is no resource {}", uri), "uri");
}

void ResourceSources::list(const core::Caller& caller, std::string cursor,
                           Done<core::Page<core::ResourceInfo>> done) {
  sources_.list<core::ResourceInfo>(caller, std::move(cursor), std::move(done));
}

std::vector<core::ResourceInfo> ResourceSources::templates() const {
  std::vector<core::ResourceInfo> all;
  for (const auto& [scheme, source] : sources_) {
    const auto some = source->templates();
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
