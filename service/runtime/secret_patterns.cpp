#include "service/runtime/secret_patterns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "service/core/redactor.h"

namespace berth::runtime {
namespace {

constexpr int kMostGroups = 9;

re2::StringPiece piece_of(std::string_view text) {
  return {text.data(), text.size()};
}

/// Copies a text but for the parts that are replaced.
class Replacement {
 public:
  explicit Replacement(std::string& text) : text_(text) {}

  void replace(std::size_t begin, std::size_t end) {
    out_.append(text_, copied_, begin - copied_).append(core::kRedacted);
    copied_ = end;
    changed_ = true;
  }
  std::size_t copied() const { return copied_; }
  bool finish() {
    if (!changed_) return false;
    out_.append(text_, copied_);
    text_ = std::move(out_);
    return true;
  }

 private:
  std::string& text_;
  std::string out_;
  std::size_t copied_ = 0;
  bool changed_ = false;
};

struct KnownShape {
  std::string_view expression;
  std::string_view literal;  ///< is in every match; may be empty
  std::string_view hint;     ///< matches in every match, without anchors
};

// After the rules of gitleaks (config/gitleaks.toml) and detect-secrets (detect_secrets/plugins),
// written anew: they look for what was committed and weigh randomness, here a doubt is redacted, so
// that lengths are lower bounds. No look-around in RE2.
constexpr KnownShape kShapes[] = {
    // GitHub: github-pat, -oauth, -app-token, -refresh-token, -fine-grained-pat
    {R"(\bgh[opsur]_[A-Za-z0-9]{30,})", "", "gh[opsur]_"},
    {R"(\bgithub_pat_[A-Za-z0-9_]{22,})", "github_pat_", "github_pat_"},
    // GitLab: gitlab-pat and its siblings (deploy, runner, trigger, job, agent, feed, mail, scim)
    {R"(\bgl(?:pat|dt|rt|rtr|ptt|cbt|agent|ft|imt|oas|soat|ffct)-[A-Za-z0-9_.-]{16,})", "",
     "gl[a-z]{2,5}-"},
    // anthropic-api-key, anthropic-admin-api-key, openai-api-key (also those of today), OpenRouter
    {R"(\bsk-(?:(?:ant|proj|svcacct|admin|or)-[A-Za-z0-9_-]{16,}|[A-Za-z0-9]{32,}))", "sk-",
     "sk-(?:ant|proj|svcacct|admin|or)-|sk-[A-Za-z0-9]{32}"},
    // aws-access-token; the secret that belongs to it has no shape but a name
    {R"(\b(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[A-Z0-9]{16}\b)", "", "A3T|ABIA|ACCA|AKIA|ASIA"},
    // gcp-api-key, stripe-access-token, huggingface-access-token, npm-access-token,
    // pypi-upload-token, sendgrid-api-token
    {R"(\bAIza[A-Za-z0-9_-]{35})", "AIza", "AIza"},
    {R"(\b[rs]k_(?:live|prod|test)_[A-Za-z0-9]{10,})", "k_", "[rs]k_[lpt]"},
    {R"(\bhf_[A-Za-z0-9]{30,})", "hf_", "hf_"},
    {R"(\bnpm_[A-Za-z0-9]{36})", "npm_", "npm_"},
    {R"(\bpypi-[A-Za-z0-9_-]{50,})", "pypi-", "pypi-"},
    {R"(\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})", "SG.", R"(SG\.)"},
    // slack-bot-token and its siblings, slack-app-token, slack-webhook-url
    {R"(\bxox[a-z]-[A-Za-z0-9-]{10,})", "xox", "xox[a-z]-"},
    {R"(\bxapp-[0-9]-[A-Za-z0-9-]{10,})", "xapp-", "xapp-"},
    {R"(hooks\.slack\.com/[a-z]+/([A-Za-z0-9+/_-]{20,}))", "hooks.slack.com", R"(hooks\.slack)"},
    // jwt
    {R"(\bey[A-Za-z0-9_-]{10,}\.ey[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*)?)", ".ey", R"(\.ey)"},
    // RFC 6750 and RFC 7617, where no header's name stands before it. "Basic authentication" is
    // none.
    {R"((?i:\bbearer)[ \t]+([A-Za-z0-9._~+/-]{16,}=*))", "", "(?i:bearer)"},
    {R"(\bBasic[ \t]+([A-Za-z0-9+/]{8,}={1,2}|[A-Za-z0-9+/]{20,}))", "Basic", "Basic"},
    // private-key
    {R"((?s)-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(.+?))"
     R"((?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY|\z))",
     "PRIVATE KEY", "PRIVATE KEY"},
    {R"(AGE-SECRET-KEY-1[A-Z0-9]{50,})", "AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1"},
    // detect-secrets' basic_auth: user:password@ in a URL (RFC 3986, userinfo)
    {R"(://[^\s/?#@:'"]*:([^\s/?#@'"]+)@)", "://", R"(://[^\s/?#@'"]*@)"},
    // Signatures that a URL gets its rights from: Azure's SAS, AWS
    {R"([?&](?:sig|X-Amz-Signature)=([A-Za-z0-9%+/=_-]{16,}))", "", "[?&](?:sig|X-Amz-Signature)="},
    // curl-auth-user, and programs that take a password as a word of its own
    {R"(\bcurl\b[^\n|;]*?[ \t](?:-u|--user|--proxy-user)[ =]?['"]?[^\s:'"]+:([^\s'"]+))", "curl",
     "curl"},
    {R"(\bsshpass[ \t]+-p[ \t]*['"]?([^\s'"]+))", "sshpass", "sshpass"},
    {R"(\b(?:docker|podman)[ \t]+login\b[^\n|;]*?[ \t]-p[ =]?['"]?([^\s'"]+))", "login", "login"},
};

}  // namespace

core::Result<SecretPattern> SecretPattern::make(const std::string& expression, Text text) {
  RE2::Options options;
  options.set_log_errors(false);
  if (text == Text::bytes) options.set_encoding(RE2::Options::EncodingLatin1);
  auto compiled = std::make_unique<RE2>(piece_of(expression), options);
  if (!compiled->ok()) {
    return core::fail(core::ErrorCode::invalid_argument,
                      fmt::format("is no regular expression (RE2): {}", compiled->error()));
  }
  if (RE2::FullMatch("", *compiled)) {
    return core::fail(core::ErrorCode::invalid_argument, "also matches where there is nothing");
  }
  return SecretPattern(std::move(compiled));
}

bool SecretPattern::found_in(std::string_view text) const {
  return (literal_.empty() || text.find(literal_) != std::string_view::npos) &&
         (!expression_ || RE2::PartialMatch(piece_of(text), *expression_));
}

bool SecretPattern::redact_literal(std::string& text) const {
  Replacement replacement(text);
  for (std::size_t at = text.find(literal_); at != std::string::npos;
       at = text.find(literal_, at + literal_.size())) {
    replacement.replace(at, at + literal_.size());
  }
  return replacement.finish();
}

bool SecretPattern::redact(std::string& text) const {
  if (!literal_.empty() && text.find(literal_) == std::string::npos) return false;
  if (!expression_) return redact_literal(text);
  const int groups = std::min(expression_->NumberOfCapturingGroups(), kMostGroups);
  std::array<re2::StringPiece, kMostGroups + 1> found;
  Replacement replacement(text);
  const auto offset_of = [&](const re2::StringPiece& piece) {
    return static_cast<std::size_t>(piece.data() - text.data());
  };
  std::size_t from = 0;
  while (from <= text.size() && expression_->Match(piece_of(text), from, text.size(),
                                                   RE2::UNANCHORED, found.data(), groups + 1)) {
    for (int i = groups == 0 ? 0 : 1; i <= groups; ++i) {
      const re2::StringPiece& secret = found[static_cast<std::size_t>(i)];
      if (secret.data() == nullptr || secret.empty()) continue;
      const std::string_view what(secret.data(), secret.size());
      const std::size_t begin = offset_of(secret);
      if (begin < replacement.copied() || what == core::kRedacted || is_reference(what)) continue;
      replacement.replace(begin, begin + what.size());
    }
    const std::size_t end = offset_of(found[0]) + found[0].size();
    from = found[0].empty() ? end + 1 : end;
  }
  return replacement.finish();
}

void KnownSecrets::add(SecretPattern pattern, std::string_view its_hint) {
  patterns.push_back(std::move(pattern));
  hint.append(hint.empty() ? "" : "|").append(its_hint);
}

void add_own_tokens(KnownSecrets& known) {
  // core::random_base32_256
  known.add(*SecretPattern::make(R"(\b[a-z2-7]{52}\b)", SecretPattern::Text::bytes),
            "[a-z2-7]{52}");
}

void add_credentials(KnownSecrets& known) {
  for (const KnownShape& shape : kShapes) {
    auto pattern =
        SecretPattern::make(std::string(shape.expression), SecretPattern::Text::bytes).value();
    known.add(std::move(pattern).needing(std::string(shape.literal)), shape.hint);
  }
}

void add_value(KnownSecrets& known, const std::string& value) {
  // Where a piece of it is, all of it is looked for. One without escapes: it is the same in JSON.
  constexpr std::size_t kHintBytes = 64;
  std::string_view longest;
  for (std::size_t begin = 0; begin < value.size();) {
    std::size_t end = begin;
    while (end < value.size() && value[end] != '"' && value[end] != '\\' &&
           static_cast<unsigned char>(value[end]) >= 0x20 && end - begin < kHintBytes) {
      ++end;
    }
    const std::string_view piece = std::string_view(value).substr(begin, end - begin);
    if (piece.size() > longest.size()) longest = piece;
    begin = end + 1;
  }
  known.add(SecretPattern::literally(value), RE2::QuoteMeta(piece_of(longest)));
}

bool is_reference(std::string_view text) {
  if (text == "$" || text.starts_with("${") || text.starts_with("$(")) return true;
  const auto is_variable = [](std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
  };
  if (text.size() > 2 && text.starts_with('%') && text.ends_with('%')) {
    return is_variable(text.substr(1, text.size() - 2));
  }
  if (!text.starts_with('$')) return false;
  text.remove_prefix(text.starts_with("$env:") ? 5 : 1);
  return is_variable(text);
}

}  // namespace berth::runtime
