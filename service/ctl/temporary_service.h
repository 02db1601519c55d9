#pragma once

#include <memory>
#include <string>
#include <vector>

#include "service/core/error.h"
#include "service/platform/spawn.h"

namespace berth::ctl {

/// A berthd of its own in a temporary folder, apart from every other instance of the machine. Gone
/// with this object, its processes too. Blocks. One thread.
class TemporaryService {
 public:
  /// Makes the folder; nothing runs yet.
  static core::Result<std::unique_ptr<TemporaryService>> make();
  ~TemporaryService();
  TemporaryService(const TemporaryService&) = delete;
  TemporaryService& operator=(const TemporaryService&) = delete;

  /// Starts it and waits until it is ready; again after kill() in the same folders.
  core::Result<void> start();
  /// kill -9, and waits until it is gone.
  void kill();
  /// Orderly, as by a service manager.
  core::Result<platform::ExitStatus> stop();

  /// Waits until no process below this one is left (hosts end by themselves soon after their
  /// service); kills what remains. False if something had to be killed.
  bool await_the_end_of_all();

  bool running() const { return running_; }
  int pid() const { return child_.pid; }
  std::string runtime_dir() const { return folder_ + "/run"; }
  /// Where the conversation may leave its files.
  std::string work_dir() const { return folder_ + "/work"; }
  /// The environment for its programs: the caller's without what points at another instance.
  static std::vector<std::string> environment();
  /// The end of what it logged.
  std::string log_tail() const;

 private:
  explicit TemporaryService(std::string folder) : folder_(std::move(folder)) {}
  bool ready() const;
  bool collect();

  std::string folder_;
  platform::Child child_;
  platform::ExitStatus exit_;
  bool running_ = false;
  int starts_ = 0;
};

}  // namespace berth::ctl
