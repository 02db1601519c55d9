#include "tests/integration/service/service_process.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/StreamCopier.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <thread>

#include "service/platform/files.h"

namespace berth::tests {
namespace {

constexpr std::chrono::seconds kDeadline{60};

HttpReply exchange(Poco::Net::HTTPClientSession& session, Poco::Net::HTTPRequest& request,
                   const std::string& body) {
  session.setTimeout(Poco::Timespan(kDeadline.count(), 0));
  if (!body.empty()) request.setContentLength64(static_cast<Poco::Int64>(body.size()));
  session.sendRequest(request) << body;
  Poco::Net::HTTPResponse response;
  std::istream& stream = session.receiveResponse(response);
  HttpReply reply;
  Poco::StreamCopier::copyToString(stream, reply.body);
  reply.status = response.getStatus();
  for (const auto& [name, value] : response) reply.headers[name] = value;
  return reply;
}

}  // namespace

void wait_until(const std::string& what, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + kDeadline;
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "waited in vain for: " << what;
    std::this_thread::yield();
    poll(nullptr, 0, 5);
  }
}

std::string text_of(const rapidjson::Value& object, const char* name) {
  const auto member = object.FindMember(name);
  return member != object.MemberEnd() && member->value.IsString() ? member->value.GetString() : "";
}

rapidjson::Document HttpReply::json() const {
  rapidjson::Document document;
  document.Parse(body.c_str(), body.size());
  EXPECT_FALSE(document.HasParseError()) << body;
  return document;
}

ServiceProcess::ServiceProcess(std::string data_dir) : data_dir_(std::move(data_dir)) {
  std::string pattern = std::filesystem::temp_directory_path() / "berth-service-XXXXXX";
  folder_ = mkdtemp(pattern.data());
  if (data_dir_.empty()) data_dir_ = folder_ + "/data";
  config_file = folder_ + "/empty.toml";
  EXPECT_TRUE(platform::write_file_atomically(config_file, "", 0600));
}

ServiceProcess::~ServiceProcess() {
  if (child_.pid > 0) kill();
  std::filesystem::remove_all(folder_);
}

void ServiceProcess::spawn(const std::vector<std::string>& more_arguments) {
  platform::SpawnOptions options;
  options.program = BERTHD_PROGRAM;
  options.arguments = {"--data-dir", data_dir(), "--runtime-dir", runtime_dir()};
  if (!config_file.empty()) {
    options.arguments.insert(options.arguments.end(), {"--config", config_file});
  }
  options.arguments.insert(options.arguments.end(), more_arguments.begin(), more_arguments.end());
  for (const std::string& entry : platform::current_environment()) {
    if (!entry.starts_with("BERTH_") && !entry.starts_with("XDG_"))
      options.environment.push_back(entry);
  }
  // Hosts outlive the service: those that a test leaves behind end by themselves.
  options.environment.emplace_back("BERTH_HOSTS__ORPHAN_LIMIT=2s");
  options.environment.emplace_back("BERTH_QUEUE__THROTTLE=off");  // tests load a machine by nature
  // Those that are about them ask for them.
  options.environment.emplace_back("BERTH_POOL__WARM=0");
  options.environment.emplace_back("BERTH_SESSIONS__LOGIN_ENVIRONMENT=off");
  for (const std::string& entry : settings) {
    const std::string name = entry.substr(0, entry.find('=') + 1);
    std::erase_if(options.environment, [&](const auto& other) { return other.starts_with(name); });
    options.environment.push_back(entry);
  }
  const platform::Descriptor log(
      open((folder_ + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  options.descriptors = {{log.get(), 1}, {log.get(), 2}};
  auto child = platform::spawn(options);
  ASSERT_TRUE(child) << child.error().message;
  child_ = std::move(*child);
}

void ServiceProcess::start() {
  spawn({});
  wait_until("the service to be ready", [this] {
    pollfd ended{child_.pidfd.get(), POLLIN, 0};
    if (poll(&ended, 1, 0) > 0) {
      ADD_FAILURE() << "berthd ended: " << log();
      return true;
    }
    try {
      return get("/health/ready").status == 200;
    } catch (const Poco::Exception&) {
      return false;
    }
  });
}

platform::ExitStatus ServiceProcess::wait_for_end() {
  pollfd ended{child_.pidfd.get(), POLLIN, 0};
  EXPECT_EQ(poll(&ended, 1, static_cast<int>(kDeadline.count()) * 1'000), 1) << log();
  const auto status = platform::reap(child_.pid);
  child_ = {};
  EXPECT_TRUE(status);
  return status.value_or(platform::ExitStatus{-1, 0});
}

platform::ExitStatus ServiceProcess::start_and_wait(const std::vector<std::string>& more) {
  spawn(more);
  return wait_for_end();
}

platform::ExitStatus ServiceProcess::stop() {
  ::kill(child_.pid, SIGTERM);
  return wait_for_end();
}

void ServiceProcess::kill() {
  ::kill(child_.pid, SIGKILL);
  wait_for_end();
}

std::vector<int> ServiceProcess::host_pids() const {
  std::vector<int> hosts;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const auto stat = platform::read_file(entry.path().string() + "/stat", 4'096);
    if (!stat || stat->find("(berth-host)") == std::string::npos) continue;
    const std::string parent = stat->substr(stat->rfind(')') + 4);
    if (std::stoi(parent) == pid()) hosts.push_back(std::stoi(entry.path().filename().string()));
  }
  return hosts;
}

std::string ServiceProcess::log() const {
  return platform::read_file(folder_ + "/log").value_or("");
}

HttpReply ServiceProcess::request(const std::string& method, const std::string& path,
                                  const std::string& body,
                                  const std::map<std::string, std::string>& headers) const {
  Poco::Net::StreamSocket socket;
  socket.connect(Poco::Net::SocketAddress(Poco::Net::SocketAddress::UNIX_LOCAL,
                                          runtime_dir() + "/berth.sock"));
  Poco::Net::HTTPClientSession session(socket);
  Poco::Net::HTTPRequest request(method, path, Poco::Net::HTTPMessage::HTTP_1_1);
  request.setHost("localhost");
  for (const auto& [name, value] : headers) request.set(name, value);
  return exchange(session, request, body);
}

HttpReply ServiceProcess::get_tcp(const std::string& path, const std::string& token) const {
  const auto endpoint = platform::read_file(runtime_dir() + "/endpoint.json");
  EXPECT_TRUE(endpoint);
  rapidjson::Document document;
  document.Parse(endpoint.value_or("{}").c_str());
  const std::string url = text_of(document, "url");
  const auto port = static_cast<Poco::UInt16>(std::stoi(url.substr(url.rfind(':') + 1)));
  Poco::Net::HTTPClientSession session("127.0.0.1", port);
  Poco::Net::HTTPRequest request("GET", path, Poco::Net::HTTPMessage::HTTP_1_1);
  if (!token.empty()) request.set("Authorization", "Bearer " + token);
  return exchange(session, request, {});
}

std::string ServiceProcess::token(const std::string& scope) const {
  const auto text = platform::read_file(data_dir() + "/" + scope + ".token");
  EXPECT_TRUE(text);
  return text ? text->substr(0, text->find('\n')) : "";
}

std::string ServiceProcess::call_tool(const std::string& name, const std::string& arguments,
                                      const std::string& more_meta) const {
  const std::string body = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" +
                           name + R"(","arguments":)" + arguments +
                           R"(,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                           R"("io.modelcontextprotocol/clientCapabilities":{})" +
                           more_meta + "}}}";
  return request("POST", "/mcp", body,
                 {{"Content-Type", "application/json"},
                  {"Accept", "application/json, text/event-stream"},
                  {"MCP-Protocol-Version", "2026-07-28"},
                  {"Mcp-Method", "tools/call"},
                  {"Mcp-Name", name}})
      .body;
}

std::string ServiceProcess::post_job(const std::string& command,
                                     const std::string& more_fields) const {
  rapidjson::Document quoted;
  std::string escaped;
  for (const char c : command) {
    if (c == '"' || c == '\\') escaped.push_back('\\');
    escaped.push_back(c);
  }
  const HttpReply reply =
      request("POST", "/admin/v1/jobs", "{\"command\":\"" + escaped + "\"" + more_fields + "}");
  EXPECT_EQ(reply.status, 201) << reply.body;
  return text_of(reply.json(), "job_id");
}

rapidjson::Document ServiceProcess::finished_job(const std::string& id) const {
  rapidjson::Document job;
  wait_until("job " + id + " to end", [&] {
    job = get("/admin/v1/jobs/" + id + "?wait_ms=5000").json();
    const std::string state = text_of(job, "state");
    return state != "queued" && state != "running";
  });
  return job;
}

}  // namespace berth::tests
