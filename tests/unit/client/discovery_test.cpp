#include "service/client/discovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "service/platform/files.h"
#include "service/platform/peer.h"
#include "tests/support/temporary_folder.h"

namespace berth::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class DiscoveryTest : public testing::Test {
 protected:
  DiscoveryTest() {
    search_.user = {folder_.file("etc"), folder_.file("state"), folder_.file("run")};
    search_.system = {"/nowhere/etc", folder_.file("system-data"), folder_.file("system")};
  }

  void publish(const std::string& runtime_dir, const std::string& json) {
    ASSERT_TRUE(platform::make_private_folder(runtime_dir));
    ASSERT_TRUE(platform::write_file_atomically(runtime_dir + "/endpoint.json", json, 0644));
  }
  void write_token(const std::string& folder, const std::string& name, const std::string& token) {
    std::filesystem::create_directories(folder);
    ASSERT_TRUE(platform::write_file_atomically(folder + "/" + name, token + "\n", 0600));
  }
  std::vector<std::string> order() const {
    std::vector<std::string> names;
    for (const Place& place : places(search_)) names.push_back(place.name());
    return names;
  }
  core::ErrorCode failure(const std::string& runtime_dir) const {
    const auto target = resolve(search_, {{}, runtime_dir});
    return target ? core::ErrorCode::internal : target.error().code;
  }

  support::TemporaryFolder folder_;
  Search search_;
};

TEST_F(DiscoveryTest, SearchesInTheContractsOrder) {
  EXPECT_THAT(order(), ElementsAre(search_.user.runtime_dir, search_.system.runtime_dir));
  EXPECT_TRUE(may_start(search_));
  search_.environment_runtime_dir = "/env";
  EXPECT_THAT(order(), ElementsAre("/env"));
  EXPECT_FALSE(may_start(search_)) << "what is named is never replaced by something started";
  search_.environment_url = "http://127.0.0.1:1";
  EXPECT_THAT(order(), ElementsAre("http://127.0.0.1:1"));
  search_.runtime_dir = "/option";
  EXPECT_THAT(order(), ElementsAre("/option"));
  search_.url = "http://127.0.0.1:2";
  EXPECT_THAT(order(), ElementsAre("http://127.0.0.1:2"));
  EXPECT_FALSE(may_start(search_));
}

TEST_F(DiscoveryTest, ReadsWhatTheServicePublishes) {
  publish(search_.user.runtime_dir,
          R"({"pid":4711,"version":"0.1.0","url":"http://127.0.0.1:7420","socket":"/s",)"
          R"("control_socket":"/c","capabilities":[],"later":{"x":1}})");
  const auto endpoint = read_endpoint(search_.user.runtime_dir);
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->pid, 4711);
  EXPECT_EQ(endpoint->version, "0.1.0");
  EXPECT_EQ(endpoint->url, "http://127.0.0.1:7420");
  EXPECT_EQ(endpoint->control_socket, "/c");
  const auto target = resolve(search_, {{}, search_.user.runtime_dir});
  ASSERT_TRUE(target);
  EXPECT_EQ(target->socket, "/s");
  EXPECT_EQ(target->token, "") << "the peer identity is enough";
  EXPECT_EQ(target->owner_uid, platform::current_uid());
  EXPECT_EQ(target->host_header(), "localhost");
}

TEST_F(DiscoveryTest, TellsNoServiceFromABrokenOne) {
  EXPECT_EQ(failure(search_.user.runtime_dir), core::ErrorCode::not_found);
  ASSERT_TRUE(platform::make_private_folder(search_.user.runtime_dir));
  EXPECT_EQ(failure(search_.user.runtime_dir), core::ErrorCode::not_found);
  publish(search_.user.runtime_dir, "{\"pid\":");
  EXPECT_EQ(failure(search_.user.runtime_dir), core::ErrorCode::unavailable);
  publish(search_.user.runtime_dir, "{\"pid\":1}");
  EXPECT_EQ(failure(search_.user.runtime_dir), core::ErrorCode::unavailable);
}

TEST_F(DiscoveryTest, TrustsNoFolderThatOthersMayChange) {
  publish(search_.user.runtime_dir, R"({"socket":"/s"})");
  std::filesystem::permissions(search_.user.runtime_dir, std::filesystem::perms::group_write,
                               std::filesystem::perm_options::add);
  EXPECT_EQ(failure(search_.user.runtime_dir), core::ErrorCode::permission_denied);
}

TEST_F(DiscoveryTest, TrustsNoFolderOfAnotherUserAndNoLinkToOne) {
  const std::string linked = folder_.file("link");
  publish(search_.user.runtime_dir, R"({"socket":"/s"})");
  std::filesystem::create_directory_symlink(search_.user.runtime_dir, linked);
  EXPECT_EQ(failure(linked), core::ErrorCode::conflict);

  if (platform::current_uid() != 0) GTEST_SKIP() << "needs root to give a folder away";
  publish(search_.system.runtime_dir, R"({"socket":"/s"})");
  for (const std::string& runtime_dir : {search_.user.runtime_dir, search_.system.runtime_dir}) {
    ASSERT_EQ(chown(runtime_dir.c_str(), 12345, 12345), 0);
  }
  EXPECT_EQ(failure(search_.user.runtime_dir), core::ErrorCode::permission_denied);
  const auto system = resolve(search_, {{}, search_.system.runtime_dir});
  ASSERT_TRUE(system) << "only root can have made the system's folder";
  EXPECT_EQ(system->owner_uid, 12345U);
}

TEST_F(DiscoveryTest, FindsTheTokenForTcp) {
  const Place place{"http://127.0.0.1:7420", {}};
  const auto token = [&] { return resolve(search_, place)->token; };
  EXPECT_EQ(token(), "");
  write_token(search_.system.data_dir, "client.token", "system-client");
  EXPECT_EQ(token(), "system-client");
  write_token(search_.user.data_dir, "admin.token", "user-admin");
  EXPECT_EQ(token(), "user-admin");
  write_token(search_.user.data_dir, "client.token", "user-client");
  EXPECT_EQ(token(), "user-client");
  search_.scope = core::Scope::admin;
  EXPECT_EQ(token(), "user-admin");
  search_.environment_data_dir = folder_.file("data");
  write_token(search_.environment_data_dir, "client.token", "env-client");
  EXPECT_EQ(token(), "env-client");
  search_.token = "given";
  EXPECT_EQ(token(), "given");
}

TEST_F(DiscoveryTest, SendsTokenFilesToThisMachineOnly) {
  write_token(search_.user.data_dir, "client.token", "secret");
  EXPECT_EQ(resolve(search_, {"http://[::1]:7420", {}})->token, "secret");
  EXPECT_EQ(resolve(search_, {"http://192.0.2.1:7420", {}})->token, "");
}

TEST(ParseUrl, TakesAddressesOfThisKind) {
  const auto parsed = [](std::string_view url) {
    const auto target = parse_url(url);
    return target ? target->host_header() : target.error().field + " refused";
  };
  EXPECT_EQ(parsed("http://127.0.0.1:7420"), "127.0.0.1:7420");
  EXPECT_EQ(parsed("http://127.0.0.1:7420/"), "127.0.0.1:7420");
  EXPECT_EQ(parsed("http://localhost:80"), "127.0.0.1:80");
  EXPECT_EQ(parsed("http://10.0.0.7"), "10.0.0.7:80");
  EXPECT_EQ(parsed("http://[::1]:7420"), "[::1]:7420");
  EXPECT_EQ(parsed("http://[fe80::1]"), "[fe80::1]:80");
  for (const char* bad :
       {"", "127.0.0.1:80", "https://127.0.0.1", "http://", "http://:80", "http://host:80",
        "http://127.0.0.1:0", "http://127.0.0.1:65536", "http://127.0.0.1:8x",
        "http://127.0.0.1/path", "http://[::1", "http://[::1]x:80", "http://user@127.0.0.1"}) {
    EXPECT_EQ(parsed(bad), "url refused") << bad;
  }
}

}  // namespace
}  // namespace berth::client
