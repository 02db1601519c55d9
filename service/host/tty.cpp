#include "service/host/tty.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "service/core/ids.h"
#include "service/platform/files.h"
#include "service/platform/pipes.h"

namespace berth::host {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{32} << 10U;
constexpr int kReadsPerTurn = 32;
constexpr std::chrono::milliseconds kSettleLimit{100};

/// How many bytes at the end of `text` are the beginning of `mark`.
std::size_t overlap(std::string_view text, std::string_view mark) {
  for (std::size_t length = std::min(text.size(), mark.size() - 1); length > 0; --length) {
    if (text.ends_with(mark.substr(0, length))) return length;
  }
  return 0;
}

}  // namespace

core::Result<std::shared_ptr<Tty>> Tty::open(loop::Loop& loop, platform::TtySize size) {
  auto pair = platform::open_tty(size);
  if (!pair) return core::fail(pair.error());
  auto typing = platform::duplicate(pair->master);
  if (!typing) return core::fail(typing.error());
  return std::shared_ptr<Tty>(new Tty(loop, std::move(*pair), std::move(*typing)));
}

Tty::Tty(loop::Loop& loop, platform::TtyPair pair, platform::Descriptor typing)
    : pair_(std::move(pair)),
      modes_(platform::tty_modes(pair_.slave.get())),
      input_(loop, std::move(typing)),
      poller_(loop, pair_.master.get()) {
  poller_.watch(true, false, [this](bool, bool) {
    for (int i = 0; i < kReadsPerTurn && read_some(); ++i) {
    }
  });
}

core::Result<void> Tty::resize(platform::TtySize size) {
  return platform::resize_tty(pair_.master.get(), size);
}

bool Tty::read_some() {
  static std::array<char, kBufferBytes> buffer;
  const auto read = platform::read_pipe(pair_.master.get(), buffer);
  if (!read || read->bytes == 0) return false;
  pass_on({buffer.data(), read->bytes});
  return true;
}

void Tty::pass_on(std::string_view bytes) {
  if (!taker_) return;
  if (mark_.empty()) return taker_(bytes);
  withheld_ += bytes;
  const std::size_t found = withheld_.find(mark_);
  const std::size_t certain =
      found != std::string::npos ? found : withheld_.size() - overlap(withheld_, mark_);
  if (certain > 0) taker_(std::string_view(withheld_).substr(0, certain));
  withheld_.erase(0, certain);
  if (found == std::string::npos) return;
  // What follows was written later.
  taker_ = nullptr;
  withheld_.clear();
}

void Tty::settle() {
  platform::restore_tty(pair_.slave.get(), modes_);
  // Written where programs write: it comes out after all that they have written.
  const std::string mark = core::random_base32_128();
  std::string_view unwritten = mark;
  if (taker_) mark_ = mark;
  const auto deadline = std::chrono::steady_clock::now() + kSettleLimit;
  while (taker_ && std::chrono::steady_clock::now() < deadline) {
    if (!unwritten.empty()) {
      const auto written = platform::write_pipe(pair_.slave.get(), unwritten);
      if (!written) break;
      unwritten.remove_prefix(*written);
    }
    if (!read_some()) platform::wait_readable(pair_.master.get(), 1);
  }
  if (taker_ && !withheld_.empty()) taker_(withheld_);
  taker_ = nullptr;
  mark_.clear();
  withheld_.clear();
}

bool Tty::type(std::string_view bytes) {
  if (bytes.empty()) return true;
  if (!input_.write(bytes)) return false;
  at_line_start_ = bytes.back() == '\n' || bytes.back() == '\r';
  return true;
}

void Tty::type_end_of_input() {
  // In the middle of a line the first one only hands over what was typed so far.
  const char end = platform::end_of_input_byte(pair_.slave.get());
  input_.write(std::string(at_line_start_ ? 1 : 2, end));
  at_line_start_ = true;
}

}  // namespace berth::host
