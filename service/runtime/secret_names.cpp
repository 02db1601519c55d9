#include "service/runtime/secret_names.h"

#include <algorithm>
#include <array>

namespace berth::runtime {
namespace {

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
char to_lower(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
/// Part of a word. Digits only number one (`token2`) or stand between two (`oauth2Token`).
bool is_letter(char c) {
  return is_upper(c) || is_lower(c) || static_cast<unsigned char>(c) >= 0x80;
}

/// What an identifier says after a secret's name when it is about the secret, not the secret.
constexpr std::array<std::string_view, 88> kHarmlessAfter{
    "age",       "alg",      "algorithm",  "arn",      "at",      "audience", "bits",
    "bucket",    "budget",   "class",      "consent",  "cost",    "count",    "counts",
    "created",   "dir",      "directory",  "disabled", "enabled", "endpoint", "endpoints",
    "env",       "error",    "expiration", "expired",  "expires", "expiry",   "field",
    "file",      "files",    "folder",     "format",   "header",  "headers",  "hint",
    "id",        "ids",      "in",         "index",    "invalid", "issuer",   "jar",
    "kind",      "label",    "left",       "len",      "length",  "lifetime", "limit",
    "limits",    "location", "manager",    "max",      "method",  "min",      "missing",
    "mode",      "name",     "names",      "offset",   "path",    "paths",    "policy",
    "position",  "present",  "prompt",     "provider", "rate",    "ref",      "reference",
    "remaining", "required", "rotation",   "scope",    "scopes",  "size",     "status",
    "stdin",     "store",    "total",      "ttl",      "type",    "types",    "updated",
    "uri",       "url",      "usage",      "version"};

/// And before it: counts, places in a list, and the marks of language models and grammars.
constexpr std::array<std::string_view, 20> kHarmlessBefore{
    "avg",  "bos",      "cancellation", "cls", "continuation", "eos",  "mask",
    "max",  "min",      "next",         "num", "number",       "page", "pad",
    "prev", "previous", "progress",     "sep", "total",        "unk"};

template <std::size_t count>
bool holds(const std::array<std::string_view, count>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// The words of an identifier, in lower case, one behind the other.
struct Words {
  std::string text;
  std::vector<std::size_t> starts;

  std::size_t size() const { return starts.size(); }
  std::size_t end(std::size_t i) const { return i + 1 < size() ? starts[i + 1] : text.size(); }
  std::string_view operator[](std::size_t i) const {
    return std::string_view(text).substr(starts[i], end(i) - starts[i]);
  }
};

Words split(std::string_view identifier) {
  Words words;
  bool in_word = false;
  for (std::size_t i = 0; i < identifier.size(); ++i) {
    const char c = identifier[i];
    if (!is_letter(c)) {
      in_word = false;
      continue;
    }
    // fooBar, and HTTPServer before the S.
    const bool hump =
        i > 0 && is_upper(c) &&
        (is_lower(identifier[i - 1]) ||
         (is_upper(identifier[i - 1]) && i + 1 < identifier.size() && is_lower(identifier[i + 1])));
    if (!in_word || hump) words.starts.push_back(words.text.size());
    in_word = true;
    words.text.push_back(to_lower(c));
  }
  return words;
}

/// `name` begins with the word `first`; says whether it ends with a word too, and is meant.
bool is_named(const Words& words, std::size_t first, std::string_view name) {
  if (words.text.compare(words.starts[first], name.size(), name) != 0) return false;
  const std::size_t end = words.starts[first] + name.size();
  std::size_t last = first;
  while (last < words.size() && words.end(last) < end) ++last;
  if (last == words.size() || words.end(last) != end) return false;
  if (first > 0 && holds(kHarmlessBefore, words[first - 1])) return false;
  return last + 1 == words.size() || (!holds(kHarmlessAfter, words[last + 1]) &&
                                      !holds(kHarmlessAfter, words[words.size() - 1]));
}

}  // namespace

SecretNames::SecretNames(std::span<const std::string> names) {
  for (const std::string& name : names) {
    const Words words = split(name);
    if (words.text.empty()) continue;
    names_.push_back(words.text);
    std::string hint;
    for (std::size_t i = 0; i < words.size(); ++i) {
      hint.append(i > 0 ? "[^A-Za-z]{0,3}" : "").append(words[i]);
    }
    hint_.append(hint_.empty() ? "(?i:" : "|").append(hint);
  }
  if (!hint_.empty()) hint_ += ")";
}

bool SecretNames::match(std::string_view identifier) const {
  // Of what is longer the end says what it is; a name can't be longer than this.
  constexpr std::size_t kLongest = 256;
  if (identifier.size() > kLongest) identifier.remove_prefix(identifier.size() - kLongest);
  const Words words = split(identifier);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (std::ranges::any_of(names_,
                            [&](const std::string& name) { return is_named(words, i, name); })) {
      return true;
    }
  }
  return false;
}

bool is_secret_name(std::string_view text) {
  constexpr std::size_t kLongest = 100;
  return text.size() <= kLongest &&
         std::ranges::count_if(text, [](char c) { return is_upper(c) || is_lower(c); }) >= 2 &&
         std::ranges::all_of(text, [](char c) {
           return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                  c == '.';
         });
}

std::vector<std::string> default_secret_names() {
  // `pass` alone counts tests, and `pwd` is a directory: those only with what they belong to. No
  // `tokens`: that is a count where language models are spoken of.
  return {"password",     "passwords",     "passwd",      "passphrase",    "pgpassword",
          "dbpassword",   "mysql_pwd",     "sshpass",     "requirepass",   "admin_pass",
          "auth_pass",    "db_pass",       "ftp_pass",    "http_pass",     "mail_pass",
          "redis_pass",   "root_pass",     "smtp_pass",   "user_pass",     "secret",
          "secrets",      "client_secret", "secret_key",  "secret_id",     "token",
          "access_token", "auth_token",    "api_token",   "refresh_token", "api_key",
          "api_keys",     "api_secret",    "access_key",  "account_key",   "encryption_key",
          "master_key",   "private_key",   "signing_key", "authorization", "cookie",
          "cookies",      "credential",    "credentials", "creds"};
}

}  // namespace berth::runtime
