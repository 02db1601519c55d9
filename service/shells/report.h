#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

/// The kind that a letter stands for in records: `R`, `S`, `I`, `D` and `X` in the order above.
std::optional<Report::Kind> kind_of(char letter);

/// The number that `text` begins with, 0 if with none.
int number_of(std::string_view text);

/// Reads reports from the bytes of a status channel. Each record ends in one byte; what it means is
/// the dialect's. The user's own code might write there too: what does not carry an expected nonce
/// is passed over.
class ReportReader {
 public:
  virtual ~ReportReader() = default;

  /// Records of one of these nonces count from now on.
  void expect(std::vector<std::string> nonces) { nonces_ = std::move(nonces); }

  /// Calls `take` for each complete report.
  void feed(std::string_view bytes, const std::function<void(const Report&)>& take);

 protected:
  explicit ReportReader(char record_end) : record_end_(record_end) {}

  /// The report that this record completes, if it does.
  virtual std::optional<Report> read(std::string_view record) = 0;
  /// The nonce that `text` begins with, taken off it; false if that is none of the expected.
  bool take_nonce(std::string_view& text) const;

 private:
  char record_end_;
  std::vector<std::string> nonces_;
  std::string partial_;
};

/// What the POSIX shells print. Each record is a kind (`V` version, `P` directory, `O` directory
/// before; then `R` ready, `S` started, `I` unwinding, `D` done, `X` exiting), the nonce it belongs
/// to, a value, and NUL.
class RecordReader final : public ReportReader {
 public:
  RecordReader() : ReportReader('\0') {}

 private:
  std::optional<Report> read(std::string_view record) override;

  Report next_;
};

}  // namespace berth::shells
