#include <fmt/format.h>

#include "tests/conformance/fixtures.h"

namespace berth::conformance {
namespace {

constexpr std::string_view kTemplateBegin = "test://template/";
constexpr std::string_view kTemplateEnd = "/data";

class Resources final : public core::Resources {
 public:
  void list(const core::Caller&, std::string, Done<core::Page<core::ResourceInfo>> done) override {
    core::Page<core::ResourceInfo> page;
    page.items = {
        {"test://static-text", "static-text", "A text that stays the same", "text/plain"},
        {"test://static-binary", "static-binary", "A picture that stays the same", "image/png"},
        {"test://watched-resource", "watched-resource", "Can be subscribed to", "text/plain"}};
    done(std::move(page));
  }

  std::vector<core::ResourceInfo> templates() const override {
    return {{fmt::format("{}{{id}}{}", kTemplateBegin, kTemplateEnd), "template",
             "Data of what the id names", "application/json"}};
  }

  void complete(const core::Caller&, const std::string&, const std::string&, const std::string&,
                Done<core::Completion> done) override {
    done(core::Completion());
  }

  void read(const core::Caller&, const std::string& uri,
            Done<core::ResourceContents> done) override {
    done(contents(uri));
  }

  void watch(const core::Caller&, const std::string& uri, std::function<void()>,
             Done<std::shared_ptr<void>> done) override {
    const auto known = contents(uri);
    if (!known) return done(core::fail(known.error()));
    done(std::make_shared<int>());
  }

 private:
  static core::Result<core::ResourceContents> contents(const std::string& uri) {
    if (uri == "test://static-text") {
      return core::ResourceContents{uri, "text/plain",
                                    "This is the content of the static text resource."};
    }
    if (uri == "test://static-binary") {
      return core::ResourceContents{uri, "image/png", core::ResourceBytes{picture()}};
    }
    if (uri == "test://watched-resource") {
      return core::ResourceContents{uri, "text/plain", "watched"};
    }
    if (uri.starts_with(kTemplateBegin) && uri.ends_with(kTemplateEnd)) {
      const std::string id = uri.substr(kTemplateBegin.size(),
                                        uri.size() - kTemplateBegin.size() - kTemplateEnd.size());
      return core::ResourceContents{
          uri, "application/json",
          fmt::format(R"({{"id":"{0}","templateTest":true,"data":"Data for ID: {0}"}})", id)};
    }
    return core::fail(core::ErrorCode::not_found, "there is no resource " + uri, "uri");
  }
};

}  // namespace

core::Resources& resources() {
  static Resources all;
  return all;
}

}  // namespace berth::conformance
