#include "service/runtime/config.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace berth::runtime {
namespace {

class ConfigTest : public testing::Test {
 protected:
  ~ConfigTest() override { std::filesystem::remove(file_); }

  core::Result<Config> load(const std::string& text, std::vector<std::string> environment = {}) {
    std::ofstream(file_) << text;
    ConfigSources sources;
    sources.file = file_;
    sources.file_required = true;
    sources.environment = std::move(environment);
    return load_config(sources);
  }

  /// The message of an error that must come.
  std::string error_of(const std::string& text, std::vector<std::string> environment = {}) {
    const auto config = load(text, std::move(environment));
    EXPECT_FALSE(config) << text;
    return config ? "" : config.error().message;
  }

  const std::string file_ =
      std::filesystem::temp_directory_path() /
      ("berth-config-" + std::to_string(getpid()) + "-" +
       ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".toml");
};

TEST_F(ConfigTest, EmptyFileGivesTheDefaults) {
  const auto config = load("");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->pool.max_sessions, 16);
  EXPECT_EQ(config->service.listen, "127.0.0.1:0");
}

TEST_F(ConfigTest, EveryKeyIsPrintedAndReadBackToItself) {
  const auto defaults = load("");
  ASSERT_TRUE(defaults);
  const std::string printed = to_toml(*defaults);
  for (const ConfigKey& key : config_keys()) {
    EXPECT_NE(printed.find(key.name.substr(key.name.find('.') + 1) + " = "), std::string::npos)
        << key.name;
  }
  const auto again = load(printed);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_toml(*again), printed);
}

TEST_F(ConfigTest, FileThenEnvironment) {
  const std::string text = "[pool]\nmax_sessions = 3\n[hosts]\norphan_limit = \"2h\"\n";
  const auto config = load(text, {"BERTH_POOL__MAX_SESSIONS=5", "BERTH_URL=x", "HOME=/"});
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->pool.max_sessions, 5);
  EXPECT_EQ(config->hosts.orphan_limit, std::chrono::hours(2));
}

TEST_F(ConfigTest, ListsFromBoth) {
  const auto file = load("[http]\nallowed_hosts = [\"a.test\", \"b.test\"]\n");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->http.allowed_hosts, (std::vector<std::string>{"a.test", "b.test"}));
  const auto environment = load("", {"BERTH_HTTP__ALLOWED_HOSTS=c.test, d.test"});
  ASSERT_TRUE(environment);
  EXPECT_EQ(environment->http.allowed_hosts, (std::vector<std::string>{"c.test", "d.test"}));
}

TEST_F(ConfigTest, ErrorsNameFileLineAndKey) {
  EXPECT_EQ(error_of("[pool]\nmax_sessions = 0\n"),
            file_ + ":2: pool.max_sessions must be between 1 and 4096");
  EXPECT_EQ(error_of("[pool]\n\nmax_sessions = \"many\"\n"),
            file_ + ":3: pool.max_sessions must be a whole number");
  EXPECT_NE(error_of("[log]\nlevel = \"loud\"\n").find("log.level must be one of"),
            std::string::npos);
  EXPECT_NE(error_of("[hosts]\nstart_timeout = 5\n").find("hosts.start_timeout must be a duration"),
            std::string::npos);
  EXPECT_NE(error_of("[hosts]\nstart_timeout = \"5\"\n").find("hosts.start_timeout"),
            std::string::npos);
}

TEST_F(ConfigTest, MisspeltKeysAreErrorsThatSayWhatThereIs) {
  EXPECT_NE(error_of("[pool]\nmax_session = 3\n").find("pool.max_sessions"), std::string::npos);
  EXPECT_NE(error_of("[pol]\nmax_sessions = 3\n").find(":1: pol is not a known section"),
            std::string::npos);
  EXPECT_NE(error_of("", {"BERTH_POOL__SIZE=3"}).find("BERTH_POOL__SIZE: pool.size"),
            std::string::npos);
}

TEST_F(ConfigTest, AllProblemsAreTold) {
  const std::string text = "[pool]\nmax_sessions = 0\nsize = 1\n[log]\nlevel = \"loud\"\n";
  const std::string message = error_of(
      text, {"BERTH_QUEUE__MAX_LENGTH=x", "BERTH_SERVICE__LISTEN=0.0.0.0:1", "BERTH_POOL__SIZE=3"});
  for (const char* problem :
       {":2: pool.max_sessions", ":3: pool.size", ":5: log.level",
        "BERTH_QUEUE__MAX_LENGTH: ", "0.0.0.0:1 is not a loopback", "BERTH_POOL__SIZE: "}) {
    EXPECT_NE(message.find(problem), std::string::npos) << problem << "\n" << message;
  }
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 5);
}

TEST_F(ConfigTest, RedactionIsChecked) {
  const auto good =
      load("[redaction]\ndefaults = \"off\"\nnames = [\"ssn\"]\npatterns = ['a{2,3}']\n");
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->redaction.patterns, std::vector<std::string>{"a{2,3}"});
  EXPECT_EQ(error_of("[redaction]\npatterns = [\"a\", \"(b\"]\n"),
            "redaction.patterns[1] is no regular expression (RE2): missing ): (b");
  EXPECT_NE(error_of("[redaction]\nnames = [\"a b\"]\n").find(":2: redaction.names holds \"a b\""),
            std::string::npos);
}

TEST_F(ConfigTest, ItemsOfListsAreChecked) {
  EXPECT_NE(error_of("[http]\nallowed_origins = [\"http://a.test\", \"nonsense\"]\n")
                .find(":2: http.allowed_origins holds \"nonsense\""),
            std::string::npos);
  for (const char* origin : {"http://", "://a", "http://a/", "http://a:", "http://a:x", "a:80"}) {
    EXPECT_NE(error_of("", {std::string("BERTH_HTTP__ALLOWED_ORIGINS=") + origin}).find(origin),
              std::string::npos);
  }
  for (const char* origin : {"https://a.test", "http://[::1]:80", "http://localhost:3000",
                             "http://[::1]", "vscode-webview://0a-b"}) {
    EXPECT_TRUE(load("", {std::string("BERTH_HTTP__ALLOWED_ORIGINS=") + origin})) << origin;
  }
  for (const char* host : {"a.test:80", "http://a.test", "a b", "[::1"}) {
    EXPECT_NE(error_of("", {std::string("BERTH_HTTP__ALLOWED_HOSTS=") + host}).find(host),
              std::string::npos);
  }
  EXPECT_TRUE(load("", {"BERTH_HTTP__ALLOWED_HOSTS=a.test,[fe80::1]"}));
}

TEST_F(ConfigTest, SourcesOfEventsAreReadAndPrinted) {
  const auto config = load(
      "[[events.source]]\nname = \"a \\\"b\\\"\"\nurl = \"http://x.test:1/events?topic=job\"\n"
      "[[events.source]]\nname = \"c\"\nurl = \"https://[::1]/e\"\ntoken_file = \"/t\"\n");
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_EQ(config->events.sources.size(), 2U);
  EXPECT_EQ(config->events.sources[0].name, "a \"b\"");
  EXPECT_EQ(config->events.sources[1].url, "https://[::1]/e");
  EXPECT_EQ(config->events.sources[1].token_file, "/t");
  const std::string printed = to_toml(*config);
  const auto again = load(printed);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_toml(*again), printed);
}

TEST_F(ConfigTest, WhatIsWrongWithASourceOfEventsIsNamed) {
  const auto source = [](const std::string& lines) { return "[[events.source]]\n" + lines; };
  const std::string good = "name = \"a\"\nurl = \"http://x/\"\n";
  EXPECT_EQ(error_of(source("url = \"http://x/\"\n")),
            file_ + ":1: events.source[0].name is missing");
  EXPECT_EQ(
      error_of(source(good + "urls = \"\"\n")),
      file_ + ":1: events.source[0].urls is not a known key; there are name, url, token_file");
  EXPECT_EQ(error_of(source(good) + source(good)),
            file_ + ":4: events.source[1].name is the name of another one");
  EXPECT_EQ(error_of(source(good + "token_file = \"token\"\n")),
            file_ + ":1: events.source[0].token_file must be an absolute path");
  for (const char* name : {"\"\"", "\"berth\"", "\"a\\u0007\"", "1"}) {
    const std::string error =
        error_of(source("name = " + std::string(name) + "\nurl = \"http://x/\"\n"));
    EXPECT_NE(error.find("events.source[0].name must be a text"), std::string::npos) << error;
  }
  for (const char* url :
       {"ftp://x/", "x", "http://", "http://u:p@x/", "http://x/#f", "http://x:port/"}) {
    const std::string error =
        error_of(source("name = \"a\"\nurl = \"" + std::string(url) + "\"\n"));
    EXPECT_NE(error.find("events.source[0].url must be an http or https address"),
              std::string::npos)
        << error;
  }
  EXPECT_EQ(error_of("[events]\nsource = \"http://x/\"\n"),
            file_ + ":2: events.source is written as [[events.source]]");
}

TEST_F(ConfigTest, VariablesThatWereProbablyMeantAreNamed) {
  const auto warnings =
      suspicious_variables({"BERTH_POOL_MAX_SESSIONS=4", "BERTH_URL=x", "BERTH_TOKEN=x",
                            "BERTH_POOL__MAX_SESSIONS=4", "BERTH_SOMETHING_ELSE=1", "HOME=/"});
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0],
            "environment variable BERTH_POOL_MAX_SESSIONS overrides nothing; was "
            "BERTH_POOL__MAX_SESSIONS meant?");
  EXPECT_NE(error_of("", {"BERTH_POOL__MAX_SESSION=4"}).find("BERTH_POOL__MAX_SESSIONS"),
            std::string::npos);
}

TEST_F(ConfigTest, AFolderIsNamedAsWhatCanNotBeRead) {
  ConfigSources sources;
  sources.file = std::filesystem::temp_directory_path();
  sources.file_required = true;
  const auto config = load_config(sources);
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find(sources.file), std::string::npos) << config.error().message;
}

TEST_F(ConfigTest, BrokenTomlNamesItsPlace) {
  EXPECT_EQ(error_of("[pool\n").find(file_ + ":1:"), 0);
}

TEST_F(ConfigTest, AMissingFileIsAnErrorOnlyIfItWasNamed) {
  ConfigSources sources;
  sources.file = file_ + ".not-there";
  EXPECT_TRUE(load_config(sources));
  sources.file_required = true;
  const auto config = load_config(sources);
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find(sources.file), std::string::npos);
}

TEST_F(ConfigTest, OtherAddressesThanLoopbackAreRefused) {
  EXPECT_NE(error_of("[service]\nlisten = \"0.0.0.0:80\"\n").find("not a loopback"),
            std::string::npos);
  EXPECT_FALSE(load("[service]\nlisten = \"somewhere\"\n"));
  EXPECT_TRUE(load("[service]\nlisten = \"[::1]:0\"\n"));
}

}  // namespace
}  // namespace berth::runtime
