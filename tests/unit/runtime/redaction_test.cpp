#include "service/runtime/redaction.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>

#include "service/core/ids.h"
#include "service/core/json_scan.h"

namespace berth::runtime {
namespace {

std::shared_ptr<const core::Redactor> redactor(const Config::Redaction& config = {},
                                               const std::vector<std::string>& environment = {}) {
  auto made = make_redactor(config, environment);
  EXPECT_TRUE(made) << made.error().message;
  return made ? *made : nullptr;
}

Config::Redaction only(std::vector<std::string> names, std::vector<std::string> patterns = {}) {
  return {"off", std::move(names), std::move(patterns)};
}

/// A digest of a secret so that this file holds none itself: `count` letters after a prefix.
std::string shape(std::string prefix, std::size_t count, std::string_view letters = "aB3dE6gH9k") {
  for (std::size_t i = 0; i < count; ++i) prefix.push_back(letters[i % letters.size()]);
  return prefix;
}

struct Case {
  std::string given;
  std::string expected;
};

void expect_text(const core::Redactor& redactor, const Case& one) {
  std::string text = one.given;
  EXPECT_EQ(redactor.redact_text(text), one.given != one.expected) << one.given;
  EXPECT_EQ(text, one.expected);
  EXPECT_FALSE(redactor.redact_text(text)) << "again: " << one.given << " → " << text;
}

void expect_json(const core::Redactor& redactor, const Case& one) {
  std::string json = one.given;
  EXPECT_EQ(redactor.redact_json(json), one.given != one.expected) << one.given;
  EXPECT_EQ(json, one.expected);
  EXPECT_EQ(core::scan_object(one.given).has_value(), core::scan_object(json).has_value()) << json;
  EXPECT_FALSE(redactor.redact_json(json)) << "again: " << one.given << " → " << json;
}

TEST(RedactionTest, NamedValuesInText) {
  const auto defaults = redactor();
  for (const Case& one : {
           Case{"PASSWORD=hunter2 make", "PASSWORD=[redacted] make"},
           {"export GITHUB_TOKEN='a b c'; x", "export GITHUB_TOKEN='[redacted]'; x"},
           {"DB_PASSWORD=\"a\\\"b c\" ./run", "DB_PASSWORD=\"[redacted]\" ./run"},
           {"PGPASSWORD=x psql", "PGPASSWORD=[redacted] psql"},
           {"MYSQL_PWD=x mysql", "MYSQL_PWD=[redacted] mysql"},
           {"TOKEN=$'a\\nb' x", "TOKEN=$'[redacted]' x"},
           {"$env:API_KEY = \"abc\"", "$env:API_KEY = \"[redacted]\""},
           {"tool --password hunter2 --host h", "tool --password [redacted] --host h"},
           {"tool --api-key=abc,def x", "tool --api-key=[redacted] x"},
           {"tool --token \"a b\"", "tool --token \"[redacted]\""},
           {"vault login -token s.abc", "vault login -token [redacted]"},
           {"mvn -Dspring.password=x -Dpassword=y",
            "mvn -Dspring.password=[redacted] -Dpassword=[redacted]"},
           {"password: hunter2", "password: [redacted]"},
           {"password = hunter2", "password = [redacted]"},
           {"password => 'hunter2',", "password => '[redacted]',"},
           {"if (token == \"abc\")", "if (token == \"[redacted]\")"},
           {"{\"password\": \"hunter2\", \"a\": 1}", "{\"password\": \"[redacted]\", \"a\": 1}"},
           {"curl -d \"{\\\"password\\\":\\\"hunter2\\\",\\\"a\\\":1}\" u",
            "curl -d \"{\\\"password\\\":\\\"[redacted]\\\",\\\"a\\\":1}\" u"},
           {"[\"--password\", \"hunter2\"]", "[\"--password\", \"[redacted]\"]"},
           {"curl -H 'Authorization: Bearer abc' https://h/",
            "curl -H 'Authorization: [redacted]' https://h/"},
           {"Authorization: Digest a=\"b\"", "Authorization: [redacted]\"b\""},
           {"Cookie: a=b; c=d\nHost: x", "Cookie: [redacted]\nHost: x"},
           {"Set-Cookie: sid=1", "Set-Cookie: [redacted]"},
           {"X-Api-Key: abc", "X-Api-Key: [redacted]"},
           {"GET /a?access_token=abc&x=1", "GET /a?access_token=[redacted]&x=1"},
           {"<password>hunter 2</password>", "<password>[redacted]</password>"},
           {"AWS_SECRET_ACCESS_KEY=abc", "AWS_SECRET_ACCESS_KEY=[redacted]"},
           {"SECRET_KEY_BASE=abc", "SECRET_KEY_BASE=[redacted]"},
           {"TOKEN_2=abc; token3: x", "TOKEN_2=[redacted]; token3: [redacted]"},
           {"password=a password=b", "password=[redacted] password=[redacted]"},
           {"password=\xc3\xa4\xff rest", "password=[redacted] rest"},
           {"password=\"unclosed rest", "password=\"[redacted]"},
           {"password=", "password="},
           {"password", "password"},
           {"TOKEN=$OTHER x", "TOKEN=$OTHER x"},
           {"TOKEN=\"${OTHER}\" x", "TOKEN=\"${OTHER}\" x"},
           {"TOKEN=$(cat file) x", "TOKEN=$(cat file) x"},
           {"TOKEN=\"$(cat file)\"", "TOKEN=\"$(cat file)\""},
           {"set TOKEN=%OTHER%", "set TOKEN=%OTHER%"},
           {"curl -H \"Authorization: Bearer $TOKEN\"", "curl -H \"Authorization: Bearer $TOKEN\""},
           {"TOKEN= make", "TOKEN= make"},
           {"tool --token --verbose", "tool --token --verbose"},
           {"tool --password-stdin x", "tool --password-stdin x"},
           {"tool --token-file /a/b", "tool --token-file /a/b"},
           {"docker run -v secret:/path", "docker run -v secret:/path"},
           {"std::token::Type token::x", "std::token::Type token::x"},
           {"token = next(); password: null", "token = next(); password: null"},
           {"max_tokens=100 token_count=5 tokenizer=x tokens: 7",
            "max_tokens=100 token_count=5 tokenizer=x tokens: 7"},
           {"the password of the user", "the password of the user"},
           {"eos_token=</s> next_token: abc", "eos_token=</s> next_token: abc"},
           {"PWD=/home/a pass: 12", "PWD=/home/a pass: 12"},
           {"secretary=anna cookieless=1", "secretary=anna cookieless=1"},
           {"PASSWORD_FILE=/run/x SECRET_NAME=a API_KEY_HEADER=b",
            "PASSWORD_FILE=/run/x SECRET_NAME=a API_KEY_HEADER=b"},
           {"", ""},
       }) {
    expect_text(*defaults, one);
  }
}

TEST(RedactionTest, ShapesOfCredentials) {
  const auto defaults = redactor();
  const std::string jwt = shape("ey", 20) + "." + shape("ey", 30) + "." + shape("", 20);
  for (const std::string& secret : {shape("ghp_", 36),
                                    shape("gho_", 36),
                                    shape("ghs_", 36),
                                    shape("github_pat_", 82),
                                    shape("glpat-", 20),
                                    shape("glrt-", 20),
                                    shape("sk-", 48),
                                    shape("sk-proj-", 60),
                                    shape("sk-ant-api03-", 95),
                                    shape("sk-or-v1-", 64),
                                    shape("AKIA", 16, "ABCDEFG234"),
                                    shape("ASIA", 16, "QRSTUV567"),
                                    shape("AIza", 35),
                                    shape("sk_live_", 24),
                                    shape("hf_", 34),
                                    shape("npm_", 36),
                                    shape("pypi-", 60),
                                    shape("SG.", 22) + "." + shape("", 43),
                                    shape("xoxb-", 40),
                                    shape("xapp-1-", 40),
                                    jwt,
                                    shape("AGE-SECRET-KEY-1", 58, "QPZRY9X8GF"),
                                    core::random_base32_256()}) {
    expect_text(*defaults, {"echo " + secret, "echo [redacted]"});
    expect_text(*defaults, {"'" + secret + "'\n", "'[redacted]'\n"});
    expect_text(*defaults, {"https://h/?a=" + secret + "&b", "https://h/?a=[redacted]&b"});
    expect_json(*defaults, {"{\"a\":\"" + secret + "\"}", R"({"a":"[redacted]"})"});
  }
  const std::string key = "-----BEGIN OPENSSH PRIVATE KEY-----\n" + shape("", 70) + "\n" +
                          shape("", 30) + "\n-----END OPENSSH PRIVATE KEY-----\n";
  for (const Case& one : {
           Case{"curl https://user:hunter2@h/a:b@c", "curl https://user:[redacted]@h/a:b@c"},
           {"postgres://:p%40w@h", "postgres://:[redacted]@h"},
           {"git clone https://u:$TOKEN@h", "git clone https://u:$TOKEN@h"},
           {"https://h:80/a?b=c@d:e", "https://h:80/a?b=c@d:e"},
           {"-H x: bearer " + shape("", 30), "-H x: bearer [redacted]"},
           {"Bearer of bad news, bearer authentication",
            "Bearer of bad news, bearer authentication"},
           {"got Basic dXNlcjpwYXNz", "got Basic dXNlcjpwYXNz"},
           {"got Basic dXNlcjpwYXNzdw==", "got Basic [redacted]"},
           {"Basic authentication failed", "Basic authentication failed"},
           {"cat <<E\n" + key + "E",
            "cat <<E\n-----BEGIN OPENSSH PRIVATE KEY-----[redacted]"
            "-----END OPENSSH PRIVATE KEY-----\nE"},
           {"-----BEGIN RSA PRIVATE KEY-----\nabc", "-----BEGIN RSA PRIVATE KEY-----[redacted]"},
           {"-----BEGIN PUBLIC KEY-----\nabc", "-----BEGIN PUBLIC KEY-----\nabc"},
           {"https://hooks.slack.com/services/T0/B0/" + shape("", 24),
            "https://hooks.slack.com/services/[redacted]"},
           {"https://a.net/b?sv=1&sig=" + shape("", 43) + "%3D",
            "https://a.net/b?sv=1&sig=[redacted]"},
           {"curl -s -u me:hunter2 https://h", "curl -s -u me:[redacted] https://h"},
           {"docker run -u 1000:1000 x", "docker run -u 1000:1000 x"},
           {"sshpass -p hunter2 ssh h", "sshpass -p [redacted] ssh h"},
           {"docker login -u a -p hunter2 h", "docker login -u a -p [redacted] h"},
           {"task-runner-with-a-long-name-indeed", "task-runner-with-a-long-name-indeed"},
           {"class=sk-toggleable__label-arrow-right", "class=sk-toggleable__label-arrow-right"},
           {"keys.eyes.eyelashes", "keys.eyes.eyelashes"},
           {"AKIA_IS_NO_KEY AKIAKIAKIA", "AKIA_IS_NO_KEY AKIAKIAKIA"},
           {"commit 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
            "commit 0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"},
           {"job_" + core::random_base32_256().substr(0, 26), ""},
       }) {
    expect_text(*defaults, {one.given, one.expected.empty() ? one.given : one.expected});
  }
}

TEST(RedactionTest, Json) {
  const auto defaults = redactor();
  for (
      const Case& one : {
          Case{R"({"password":"hunter2","a":1})", R"({"password":"[redacted]","a":1})"},
          {R"({ "apiKey" : 12345 ,"big":18446744073709551616, "f" : 1.0 })",
           R"({ "apiKey" : "[redacted]" ,"big":18446744073709551616, "f" : 1.0 })"},
          {R"({"token":true,"secret":null,"password":""})",
           R"({"token":true,"secret":null,"password":""})"},
          {R"({"credentials":{"user":"a","key":["b",2,null]},"z":"a"})",
           R"({"credentials":{"user":"[redacted]","key":["[redacted]","[redacted]",null]},"z":"a"})"},
          {R"({"p\u0061ssword":"a\"b"})", R"({"p\u0061ssword":"[redacted]"})"},
          {R"({"a":"x\npassword=hunter2\n\u00e4"})",
           "{\"a\":\"x\\npassword=[redacted]\\n\xc3\xa4\"}"},
          {R"({"a":"{\"token\":\"abc\"}"})", R"({"a":"{\"token\":\"[redacted]\"}"})"},
          {R"({"argv":["login","--token","abc","x"]})",
           R"({"argv":["login","--token","[redacted]","x"]})"},
          {R"({"a":["-----BEGIN PRIVATE KEY-----","x"]})",
           R"({"a":["-----BEGIN PRIVATE KEY-----","x"]})"},
          {R"({"env":[{"name":"DB_PASSWORD","value":"x"},{"name":"A","value":"y"}]})",
           R"({"env":[{"name":"DB_PASSWORD","value":"[redacted]"},{"name":"A","value":"y"}]})"},
          {R"({"headers":{"Authorization":"Bearer x","Accept":"*/*"}})",
           R"({"headers":{"Authorization":"[redacted]","Accept":"*/*"}})"},
          {R"({"max_tokens":5,"token_count":7,"tokenizer":"bpe","usage":{"prompt_tokens":1}})",
           R"({"max_tokens":5,"token_count":7,"tokenizer":"bpe","usage":{"prompt_tokens":1}})"},
          {R"({"nextPageToken":"abc","tokenType":"x","secret_name":"y","cookieConsent":1})",
           R"({"nextPageToken":"abc","tokenType":"x","secret_name":"y","cookieConsent":1})"},
          {R"({"a":"ä \u2028 \\ \/","b":[[],{},-1e5,"token"]})",
           R"({"a":"ä \u2028 \\ \/","b":[[],{},-1e5,"token"]})"},
          {R"(["password", "x"])", R"(["password", "x"])"},
          {R"("password: x")", R"("password: [redacted]")"},
          {"{\n  \"a\" : \"token: x\"\n}\n", "{\n  \"a\" : \"token: [redacted]\"\n}\n"},
          {R"({"password":"a)", R"({"password":"[redacted])"},  // no JSON
          {"{}", "{}"},
          {"", ""},
      }) {
    expect_json(*defaults, one);
  }
  std::string deep(1'000, '[');
  expect_json(*defaults, {deep + "\"token=x\"", deep + "\"token=[redacted]\""});
}

TEST(RedactionTest, WhatIsConfigured) {
  const auto own =
      redactor(only({"ssn", "internal-id"}, {R"(\bEMP-\d{4}\b)", R"(card (\d+)/(\d+))"}));
  for (const Case& one : {
           Case{"SSN=1 internalId: 2 my_internal_id=3",
                "SSN=[redacted] internalId: [redacted] my_internal_id=[redacted]"},
           {"EMP-1234 EMP-12345", "[redacted] EMP-12345"},
           {"card 12/34 card x", "card [redacted]/[redacted] card x"},
           {"password=hunter2 " + shape("ghp_", 36), "password=hunter2 " + shape("ghp_", 36)},
           {core::random_base32_256(), "[redacted]"},  // Berth's own, always
       }) {
    expect_text(*own, one);
  }
  expect_json(*own, {R"({"a":"EMP-1234","n":4,"ssn":1})",
                     R"({"a":"[redacted]","n":4,"ssn":"[redacted]"})"});
  const auto anchored = redactor(only({}, {R"(^\d{16}$)", "ä+"}));
  expect_json(*anchored,
              {R"({"a":"1234567812345678","b":1234567812345678,"c":"x12345678123456789"})",
               R"({"a":"[redacted]","b":"[redacted]","c":"x12345678123456789"})"});
  expect_text(*anchored, {"xäay", "x[redacted]ay"});
  Config::Redaction more;
  more.names = {"ssn"};
  expect_text(*redactor(more), {"ssn=1 token=2", "ssn=[redacted] token=[redacted]"});
}

TEST(RedactionTest, ValuesOfSecretVariables) {
  const auto with =
      redactor({}, {"DEPLOY_TOKEN=correct horse", "PATH=/usr/bin:/bin", "PASSWORD=short",
                    "SECRET_FILE=/run/secrets/x", "API_KEY=\xc3\xa4\"line\nline", "token"});
  for (const Case& one : {
           Case{"echo correct horse battery", "echo [redacted] battery"},
           {"echo /usr/bin:/bin short /run/secrets/x", "echo /usr/bin:/bin short /run/secrets/x"},
       }) {
    expect_text(*with, one);
  }
  expect_json(*with, {R"({"a":"x ä\"line\nline","b":"correct horse"})",
                      R"({"a":"x [redacted]","b":"[redacted]"})"});
  const std::string large(100'000, 'x');
  expect_text(*redactor({}, {"TOKEN=" + large}), {"a " + large + " b", "a [redacted] b"});
}

TEST(RedactionTest, WrongPatternsAreNamed) {
  const auto message = [](std::vector<std::string> patterns) {
    const auto made = make_redactor(only({}, std::move(patterns)), {});
    return made ? "" : made.error().message;
  };
  EXPECT_EQ(message({"a", "(b"}),
            "redaction.patterns[1] is no regular expression (RE2): missing ): (b");
  EXPECT_EQ(message({"a*"}), "redaction.patterns[0] also matches where there is nothing");
  EXPECT_NE(message({"(?=a)"}).find("redaction.patterns[0]"), std::string::npos);
  EXPECT_EQ(message({"a+"}), "");
}

/// Takes time that grows with the text, not with its square.
TEST(RedactionTest, LargeTexts) {
  const auto defaults = redactor();
  constexpr std::size_t kBytes = 1U << 20U;
  for (const std::string_view piece :
       {"token ", "password=\"", "token=\\\"", "tokentoken", "\"'\\", "a:b@://", "{\"a\":",
        "Basic ", "-----BEGIN PRIVATE KEY-----\n", "eyJ.", "password: x\n", "curl -u a:b ", "-"}) {
    std::string text;
    while (text.size() < kBytes) text += piece;
    std::string json = "{\"a\":[\"" + text + "\"]}";
    const auto begin = std::chrono::steady_clock::now();
    defaults->redact_text(text);
    defaults->redact_json(json);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5)) << piece;
  }
}

}  // namespace
}  // namespace berth::runtime
