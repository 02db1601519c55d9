#include "service/auth/token_authority.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "service/platform/files.h"
#include "tests/support/temporary_folder.h"

namespace berth::auth {
namespace {

/// Keeps what is committed, at once; the real one is tested with the whole service.
class MemoryLog final : public core::ChangeLog {
 public:
  void commit(core::ChangeSet set, Done done) override {
    for (const core::Change& change : set.changes) {
      if (const auto* token = std::get_if<core::TokenRecord>(&change)) tokens.push_back(*token);
    }
    durable = durable && set.durability == core::Durability::durable;
    done(broken ? core::fail(core::ErrorCode::storage_failed, "disk full") : core::Result<void>());
  }
  std::vector<core::TokenRecord> tokens;
  bool durable = true;
  bool broken = false;
};

class TokenAuthorityTest : public testing::Test {
 protected:
  std::unique_ptr<TokenAuthority> start(std::vector<core::TokenRecord> stored) {
    auto authority =
        std::make_unique<TokenAuthority>(TokenAuthority::Settings{folder_.path()}, log_, clock_);
    authority->start(std::move(stored), [this](core::Result<void> done) { started_ = done; });
    return authority;
  }

  std::string token(const std::string& scope) {
    const auto text = platform::read_file(folder_.file(scope + ".token"));
    EXPECT_TRUE(text);
    return text ? text->substr(0, text->size() - 1) : "";
  }

  unsigned mode(const std::string& file) {
    struct stat status {};
    EXPECT_EQ(stat(folder_.file(file).c_str(), &status), 0);
    return status.st_mode & 0777U;
  }

  support::TemporaryFolder folder_;
  MemoryLog log_;
  core::SystemClock clock_;
  core::Result<void> started_;
};

TEST_F(TokenAuthorityTest, FirstStartMakesBothTokensAndStoresOnlyHashes) {
  const auto authority = start({});
  ASSERT_TRUE(started_);
  EXPECT_EQ(mode("admin.token"), 0600);
  EXPECT_EQ(mode("client.token"), 0640);
  ASSERT_EQ(log_.tokens.size(), 2);
  EXPECT_TRUE(log_.durable);
  for (const core::TokenRecord& record : log_.tokens) {
    EXPECT_EQ(record.hash, token_hash(token(record.scope)));
    EXPECT_EQ(record.hash.find(token(record.scope)), std::string::npos);
  }
  EXPECT_EQ(authority->by_token(token("admin"))->scope, core::Scope::admin);
  EXPECT_EQ(authority->by_token(token("client"))->scope, core::Scope::client);
  EXPECT_FALSE(authority->by_token("wrong"));
  EXPECT_FALSE(authority->by_token(""));
}

TEST_F(TokenAuthorityTest, LaterStartsKeepThem) {
  start({});
  const std::string admin = token("admin");
  const auto stored = log_.tokens;
  const auto again = start(stored);
  EXPECT_EQ(token("admin"), admin);
  EXPECT_EQ(log_.tokens.size(), 2);
  EXPECT_TRUE(again->by_token(admin));
}

TEST_F(TokenAuthorityTest, ALostOrForeignFileIsReplaced) {
  start({});
  const auto stored = log_.tokens;
  std::filesystem::remove(folder_.file("admin.token"));
  std::ofstream(folder_.file("client.token")) << "made up\n";
  const auto again = start(stored);
  EXPECT_EQ(log_.tokens.size(), 4);
  EXPECT_TRUE(again->by_token(token("admin")));
  EXPECT_TRUE(again->by_token(token("client")));
  EXPECT_FALSE(again->by_token("made up"));
}

TEST_F(TokenAuthorityTest, AnExpiredTokenIsNoToken) {
  core::TokenRecord old;
  old.hash = token_hash("old");
  old.scope = "admin";
  old.expires_at = clock_.now() - std::chrono::seconds(1);
  EXPECT_FALSE(start({old})->by_token("old"));
}

TEST_F(TokenAuthorityTest, NoTokenIsWrittenThatIsNotStored) {
  log_.broken = true;
  start({});
  EXPECT_FALSE(started_);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(TokenAuthorityTest, LocalUsers) {
  const auto authority = start({});
  EXPECT_EQ(authority->by_uid(0)->scope, core::Scope::admin);
  EXPECT_EQ(authority->by_uid(geteuid())->scope, core::Scope::admin);
  EXPECT_FALSE(authority->by_uid(54'321));
}

}  // namespace
}  // namespace berth::auth
