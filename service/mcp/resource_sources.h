#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/core/resources.h"
#include "service/mcp/named_sources.h"

namespace berth::mcp {

/// Several sources of resources as one, each with URIs of its own scheme. Core loop.
class ResourceSources final : public core::Resources {
 public:
  /// `source` must outlive this. `scheme`: what its URIs begin with up to the colon.
  void add(std::string scheme, core::Resources& source) { sources_.add(std::move(scheme), source); }

  void list(const core::Caller& caller, std::string cursor,
            Done<core::Page<core::ResourceInfo>> done) override;
  std::vector<core::ResourceInfo> templates() const override;
  void complete(const core::Caller& caller, const std::string& uri_template,
                const std::string& argument, const std::string& value,
                Done<core::Completion> done) override;
  void read(const core::Caller& caller, const std::string& uri,
            Done<core::ResourceContents> done) override;
  void watch(const core::Caller& caller, const std::string& uri, std::function<void()> changed,
             Done<std::shared_ptr<void>> done) override;

 private:
  /// not_found if no source has such URIs.
  core::Result<core::Resources*> source_of(std::string_view uri) const;

  NamedSources<core::Resources> sources_;
};

}  // namespace berth::mcp
