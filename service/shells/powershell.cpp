#include "service/shells/powershell.h"

#include <fmt/format.h>

#include "service/core/json.h"
#include "service/core/json_scan.h"
#include "service/core/text.h"
#include "service/shells/powershell_loop.h"
#include "service/shells/quoting.h"

namespace berth::shells {
namespace {

/// One JSON object a line: `kind` as in RecordReader, `nonce`, `ok`, `code`, `cwd`, `version`.
class JsonReader final : public ReportReader {
 public:
  JsonReader() : ReportReader('\n') {}

 private:
  std::optional<Report> read(std::string_view line) override;
};

std::optional<Report> JsonReader::read(std::string_view line) {
  const auto object = core::scan_object(line);
  if (!object) return std::nullopt;
  const std::string nonce = object->string("nonce").value_or("");
  std::string_view rest = nonce;
  if (!take_nonce(rest) || !rest.empty()) return std::nullopt;
  const std::string letter = object->string("kind").value_or("");
  const auto kind = letter.size() == 1 ? kind_of(letter[0]) : std::nullopt;
  if (!kind) return std::nullopt;

  Report report;
  report.kind = *kind;
  report.cwd = object->string("cwd").value_or("");
  if (*kind == Report::Kind::ready) report.version = object->string("version").value_or("");
  const core::JsonMember* const ok = object->find("ok");
  if (ok != nullptr && ok->raw == "false") {
    const core::JsonMember* const code = object->find("code");
    const int status = code == nullptr ? 0 : number_of(code->raw);
    report.status = status == 0 ? 1 : status;
  }
  return report;
}

void put(core::JsonWriter& request, std::string_view name, std::string_view text) {
  request.member(name, std::string_view(core::to_valid_utf8(text)));
}

void put_env(core::JsonWriter& request, const std::vector<std::string>& env) {
  request.key("env").begin_array();
  for (const std::string& entry : env) {
    const std::size_t equals = entry.find('=');
    request.begin_object();
    put(request, "name", entry.substr(0, equals));
    put(request, "value", entry.substr(equals + 1));
    request.end_object();
  }
  request.end_array();
}

/// A request, up to what is special to its kind.
void begin(core::JsonWriter& request, std::string_view what, const std::string& nonce) {
  request.begin_object();
  put(request, "do", what);
  put(request, "nonce", nonce);
}

std::string end(core::JsonWriter& request) {
  return request.end_object().str() + "\n";
}

bool is_empty_input(std::string_view path) {
  return path == "/dev/null" || path == "NUL";
}

}  // namespace

std::vector<std::string> PowerShell::arguments(const ShellFiles& files) const {
  // Not -File: the loop has no extension, and an execution policy may forbid scripts.
  return {"-NoLogo", "-NoProfile", "-NonInteractive", "-Command",
          fmt::format(". ([ScriptBlock]::Create([IO.File]::ReadAllText({})))",
                      quote_powershell(files.reporter))};
}

std::unique_ptr<ReportReader> PowerShell::report_reader() const {
  return std::make_unique<JsonReader>();
}

std::string PowerShell::reporter_script(const ShellFiles& files) const {
  return fmt::format("$__berth = @{{ commands = {}; status = {} }}\n",
                     quote_powershell(files.commands), quote_powershell(files.status)) +
         std::string(kPowerShellLoop.substr(1));
}

std::string PowerShell::saver_script(const ShellFiles& /*files*/) const {
  return {};
}

std::string PowerShell::greeting_lines(const ShellFiles& /*files*/, const std::string& nonce,
                                       bool /*restore*/,
                                       const std::vector<std::string>& /*forget*/) const {
  core::JsonWriter request;
  begin(request, "greet", nonce);
  return end(request);
}

CommandLines PowerShell::command_lines(const ShellFiles& /*files*/, const CommandPlan& plan,
                                       const Directories& home) const {
  core::JsonWriter request;
  begin(request, "run", plan.nonce);
  put(request, "script", plan.script);
  put(request, "stdin", is_empty_input(plan.stdin_path) ? "" : plan.stdin_path);
  put(request, "stdout", plan.stdout_path);
  put(request, "stderr", plan.stderr_path);
  put(request, "cwd", plan.cwd);
  put(request, "home", home.current);
  put_env(request, plan.env);
  return {end(request), {}};
}

std::string PowerShell::prepare_lines(const ShellFiles& /*files*/, const std::string& nonce,
                                      const std::string& cwd) const {
  core::JsonWriter request;
  begin(request, "prepare", nonce);
  put(request, "cwd", cwd);
  return end(request);
}

std::string PowerShell::report_lines(const ShellFiles& /*files*/, const std::string& nonce,
                                     const Directories& home) const {
  core::JsonWriter request;
  begin(request, "report", nonce);
  put(request, "home", home.current);
  return end(request);
}

}  // namespace berth::shells
