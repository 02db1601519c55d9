#include "service/shells/cmd.h"

#include <fmt/format.h>

#include <utility>

#include "service/shells/quoting.h"

namespace berth::shells {
namespace {

/// See Cmd.
class LineReader final : public ReportReader {
 public:
  LineReader() : ReportReader('\n') {}

 private:
  std::optional<Report> read(std::string_view line) override;

  Report next_;
  std::string* value_ = nullptr;  // what the next line that is not empty goes to
};

std::optional<Report> LineReader::read(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) return std::nullopt;
  if (value_ != nullptr) {
    *std::exchange(value_, nullptr) = line;
    return std::nullopt;
  }
  const char letter = line[0];
  line.remove_prefix(1);
  if (!take_nonce(line)) return std::nullopt;
  if (letter == 'V') value_ = &next_.version;
  if (letter == 'P') value_ = &next_.cwd;
  const auto kind = kind_of(letter);
  if (!kind) return std::nullopt;
  next_.kind = *kind;
  next_.status = number_of(line);
  return std::exchange(next_, {});
}

std::string name_of(std::string_view entry) {
  return std::string(entry.substr(0, entry.find('=')));
}

std::string set_line(std::string_view entry) {
  const std::string_view value = entry.substr(name_of(entry).size() + 1);
  return fmt::format("set {}={}\r\n", name_of(entry), quote_cmd(value));
}

std::string change_directory(const std::string& directory) {
  return fmt::format("cd /d {}", quote_cmd_path(directory));
}

}  // namespace

std::vector<std::string> Cmd::arguments(const ShellFiles& /*files*/) const {
  return {"/q", "/d", "/k"};
}

std::unique_ptr<ReportReader> Cmd::report_reader() const {
  return std::make_unique<LineReader>();
}

std::string Cmd::reporter_script(const ShellFiles& /*files*/) const {
  return {};
}

std::string Cmd::saver_script(const ShellFiles& /*files*/) const {
  return {};
}

std::string Cmd::greeting_lines(const ShellFiles& files, const std::string& nonce, bool /*restore*/,
                                const std::vector<std::string>& /*forget*/) const {
  return fmt::format(
      "chcp 65001 >nul\r\n"
      ">>{0} echo V{1}&>>{0} ver&>>{0} echo P{1}&>>{0} cd&>>{0} echo R{1}\r\n",
      quote_cmd_path(files.status), nonce);
}

CommandLines Cmd::command_lines(const ShellFiles& files, const CommandPlan& plan,
                                const Directories& home) const {
  // A percent expression is replaced when its line is read, and one of an undefined variable is not
  // replaced at all: hence the lines of their own, and `if defined`.
  std::string lines;
  std::string undo;
  for (const std::string& entry : plan.env) {
    const std::string name = name_of(entry);
    lines += fmt::format(
        "if defined {0} (set \"berth_was_{0}=%{0}%\") else set \"berth_was_{0}=\"\r\n", name);
    lines += set_line(entry);
    undo += fmt::format(
        "if defined berth_was_{0} (set \"{0}=%berth_was_{0}%\") else set \"{0}=\"\r\n"
        "set \"berth_was_{0}=\"\r\n",
        name);
  }
  lines += "set \"ERRORLEVEL=\"\r\n";
  if (!plan.cwd.empty()) lines += change_directory(plan.cwd) + " && ";
  // An empty script would leave the status as it was; ver sets it to 0.
  lines +=
      fmt::format("(>>{} echo S{}&ver >nul&call {} <{} >{} 2>{})\r\n", quote_cmd_path(files.status),
                  plan.nonce, quote_cmd_path(plan.script), quote_cmd_path(plan.stdin_path),
                  quote_cmd_path(plan.stdout_path), quote_cmd_path(plan.stderr_path));
  return {lines + report_lines(files, plan.nonce, home) + undo, {}};
}

std::string Cmd::prepare_lines(const ShellFiles& files, const std::string& nonce,
                               const std::string& cwd) const {
  std::string lines;
  if (!cwd.empty()) lines += change_directory(cwd) + " && ";
  lines += fmt::format("(>>{} echo S{})\r\n", quote_cmd_path(files.status), nonce);
  return lines + report_lines(files, nonce, {});
}

std::string Cmd::report_lines(const ShellFiles& files, const std::string& nonce,
                              const Directories& home) const {
  std::string line;
  if (!home.current.empty()) line = change_directory(home.current) + "& ";
  return line + fmt::format(">>{0} echo P{1}&>>{0} cd&>>{0} echo D{1}%ERRORLEVEL%\r\n",
                            quote_cmd_path(files.status), nonce);
}

}  // namespace berth::shells
