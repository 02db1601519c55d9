#pragma once

#include <rapidjson/document.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "service/platform/spawn.h"

namespace berth::tests {

struct HttpReply {
  int status = 0;
  std::string body;
  std::map<std::string, std::string> headers;

  rapidjson::Document json() const;
};

/// A real berthd on folders of its own, which go with it. Everything that is waited for has a
/// deadline, which fails the test.
class ServiceProcess {
 public:
  /// `data_dir` empty: a folder of its own.
  explicit ServiceProcess(std::string data_dir = {});
  ~ServiceProcess();
  ServiceProcess(const ServiceProcess&) = delete;
  ServiceProcess& operator=(const ServiceProcess&) = delete;

  /// Empty = none is named.
  std::string config_file;
  /// `BERTH_A__B=value` or other variables, for the next start.
  std::vector<std::string> settings;

  /// Data goes where the sockets are.
  void use_one_folder() { data_dir_ = runtime_dir(); }

  /// Starts and waits until it is ready.
  void start();
  /// Starts and waits until it ends; for starts that must fail.
  platform::ExitStatus start_and_wait(const std::vector<std::string>& more_arguments = {});
  /// SIGTERM, and waits for the end.
  platform::ExitStatus stop();
  /// SIGKILL, and waits for the end.
  void kill();

  const std::string& folder() const { return folder_; }
  const std::string& data_dir() const { return data_dir_; }
  std::string runtime_dir() const { return folder_ + "/run"; }
  std::string log() const;
  int pid() const { return child_.pid; }
  /// The hosts that it has started, while it runs.
  std::vector<int> host_pids() const;

  /// Over the Unix socket.
  HttpReply request(const std::string& method, const std::string& path,
                    const std::string& body = {},
                    const std::map<std::string, std::string>& headers = {}) const;
  HttpReply get(const std::string& path) const { return request("GET", path); }
  /// Over TCP, with a token or none.
  HttpReply get_tcp(const std::string& path, const std::string& token) const;
  std::string token(const std::string& scope) const;
  /// A tool over MCP, its arguments and what `_meta` holds besides as JSON; the answer's body.
  std::string call_tool(const std::string& name, const std::string& arguments,
                        const std::string& more_meta = {}) const;

  /// Posts a job and returns its id.
  std::string post_job(const std::string& command, const std::string& more_fields = {}) const;
  /// Waits for a job to end.
  rapidjson::Document finished_job(const std::string& id) const;

 private:
  void spawn(const std::vector<std::string>& more_arguments);
  platform::ExitStatus wait_for_end();

  std::string folder_;
  std::string data_dir_;
  platform::Child child_;
};

/// Waits until `condition` holds; fails the test after a minute.
void wait_until(const std::string& what, const std::function<bool()>& condition);

std::string text_of(const rapidjson::Value& object, const char* name);

}  // namespace berth::tests
