#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::shells {

/// What a shell says about itself on its status FIFO.
struct Report {
  enum class Kind {
    ready,      ///< it waits for commands
    started,    ///< the command begins
    unwinding,  ///< it leaves the command, because it was told to
    done,       ///< the command has ended and the shell waits
    exiting,    ///< the shell ends, and has saved its state
  };
  Kind kind = Kind::ready;
  /// unwinding (of what it waited for last), done, exiting: exit status as the shell has it, 128 +
  /// n for signal n.
  int status = 0;
  std::string cwd;  ///< ready, done, exiting; empty if the shell does not know
  std::string previous_cwd;
  std::string version;  ///< ready
};

/// Reads reports from the bytes of a status FIFO. Each record is a kind (`V` version, `P`
/// directory, `O` directory before; then `R` ready, `S` started, `I` unwinding, `D` done, `X`
/// exiting), the nonce it belongs to, a value, and NUL. The user's own code might write there too:
/// what does not begin with an expected nonce is passed over.
class ReportReader {
 public:
  /// Records of one of these nonces count from now on.
  void expect(std::vector<std::string> nonces) { nonces_ = std::move(nonces); }

  /// Calls `take` for each complete report.
  void feed(std::string_view bytes, const std::function<void(const Report&)>& take);

 private:
  void read(std::string_view record, const std::function<void(const Report&)>& take);

  std::vector<std::string> nonces_;
  std::string partial_;
  Report next_;
};

}  // namespace berth::shells
