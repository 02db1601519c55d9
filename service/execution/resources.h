#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "service/core/resources.h"
#include "service/execution/coordinator.h"

namespace berth::execution {

/// Output of jobs and state of sessions as resources:
/// `berth://jobs/{job_id}/{stdout|stderr}` (text as an agent should read it; of more than 1 MiB the
/// end) and `berth://sessions/{session_id}` (JSON). Core loop.
class ExecutionResources final : public core::Resources {
 public:
  /// What changes more often than this is told once per interval.
  static constexpr core::Milliseconds kTellEvery{250};

  /// `coordinator` must outlive it.
  ExecutionResources(Services services, Coordinator& coordinator)
      : services_(services), coordinator_(coordinator) {}

  void list(const core::Caller& caller, std::string cursor,
            Done<core::Page<core::ResourceInfo>> done) override;
  std::vector<core::ResourceInfo> templates() const override;
  void complete(const core::Caller& caller, const std::string& uri_template,
                const std::string& argument, const std::string& value,
                Done<core::Completion> done) override;
  void read(const core::Caller& caller, const std::string& uri,
            Done<core::ResourceContents> done) override;
  void watch(const core::Caller& caller, const std::string& uri, std::function<void()> changed,
             Done<std::shared_ptr<void>> done) override;

 private:
  struct JobOutput {
    core::JobId job;
    core::OutputStream stream = core::OutputStream::standard_output;
  };
  struct Listing;

  void list_jobs(const std::shared_ptr<Listing>& listing);
  void find_session(const core::Caller& caller, const core::SessionId& id,
                    Done<core::SessionRecord> done);
  void read_output(const core::Caller& caller, const JobOutput& output, const std::string& uri,
                   Done<core::ResourceContents> done);
  void watch_output(const core::Caller& caller, const JobOutput& output,
                    std::function<void()> changed, Done<std::shared_ptr<void>> done);

  static std::optional<JobOutput> parse_output(std::string_view uri);
  static std::optional<core::SessionId> parse_session(std::string_view uri);

  Services services_;
  Coordinator& coordinator_;
};

}  // namespace berth::execution
