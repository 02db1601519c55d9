#include "service/execution/resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "service/core/json.h"
#include "service/core/text.h"
#include "service/core/views.h"
#include "service/execution/resource_watch.h"
#include "service/jobs/output_reader.h"

namespace berth::execution {
namespace {

constexpr std::string_view kJobs = "berth://jobs/";
constexpr std::string_view kSessions = "berth://sessions/";
constexpr std::string_view kText = "text/plain";
constexpr std::string_view kJson = "application/json";

constexpr std::size_t kMaxTextBytes = 1'048'576;
constexpr std::size_t kPageOfEach = 50;
constexpr std::size_t kTitleBytes = 120;

core::Error no_resource(const std::string& uri) {
  return {core::ErrorCode::not_found, "there is no resource " + uri, "uri", std::nullopt};
}

core::ResourceInfo info_of(const core::JobRecord& job, core::OutputStream stream) {
  return {
      fmt::format("{}{}/{}", kJobs, job.id.str(), core::to_string(stream)),
      fmt::format("{} of {}", core::to_string(stream), job.id.str()),
      fmt::format("{}: {}", core::to_string(job.state), core::first_line(job.command, kTitleBytes)),
      std::string(kText)};
}

core::ResourceInfo info_of(const core::SessionRecord& session) {
  return {fmt::format("{}{}", kSessions, session.id.str()),
          session.name.empty() ? session.id.str() : session.name,
          fmt::format("{}: a session of {}", core::to_string(session.state), session.shell),
          std::string(kJson)};
}

/// What an agent reads of an output of which `view` is the end.
std::string text_of(const core::OutputView& view) {
  if (view.offset == 0) return core::to_readable_text(view.bytes);
  return core::to_readable_text(
      core::join_head_tail({}, view.bytes, static_cast<std::size_t>(view.total_bytes),
                           jobs::how_to_read(view.job_id, view.stream, 0)));
}

}  // namespace

/// One page of both lists. A cursor is theirs side by side, `-` for one that is at its end.
struct ExecutionResources::Listing {
  core::Caller caller;
  std::string sessions;
  std::string jobs;
  core::Page<core::ResourceInfo> page;
  Done<core::Page<core::ResourceInfo>> done;

  static constexpr std::string_view kEnd = "-";
  static constexpr char kSeparator = '|';

  bool parse(const std::string& cursor) {
    if (cursor.empty()) return true;
    const std::size_t separator = cursor.find(kSeparator);
    if (separator == std::string::npos) return false;
    sessions = cursor.substr(0, separator);
    jobs = cursor.substr(separator + 1);
    return !sessions.empty() && !jobs.empty();
  }
  static core::ListFilter filter(const std::string& cursor) {
    core::ListFilter filter;
    filter.limit = kPageOfEach;
    filter.cursor = cursor;
    return filter;
  }
  static void advance(std::string& cursor, std::string next) {
    cursor = next.empty() ? std::string(kEnd) : std::move(next);
  }
  void finish() {
    if (sessions != kEnd || jobs != kEnd) page.next_cursor = sessions + kSeparator + jobs;
    done(std::move(page));
  }
};

void ExecutionResources::list(const core::Caller& caller, std::string cursor,
                              Done<core::Page<core::ResourceInfo>> done) {
  const auto listing = std::make_shared<Listing>();
  listing->caller = caller;
  listing->done = std::move(done);
  if (!listing->parse(cursor)) {
    return listing->done(core::fail(core::ErrorCode::invalid_argument,
                                    "cursor must be the next_cursor of an earlier page", "cursor"));
  }
  if (listing->sessions == Listing::kEnd) return list_jobs(listing);
  coordinator_.list_sessions(
      caller, Listing::filter(listing->sessions),
      [this, listing](core::Result<core::Page<core::SessionRecord>> sessions) {
        if (!sessions) return listing->done(core::fail(sessions.error()));
        for (const core::SessionRecord& session : sessions->items) {
          if (session.state == core::SessionState::ended) continue;
          listing->page.items.push_back(info_of(session));
        }
        Listing::advance(listing->sessions, std::move(sessions->next_cursor));
        list_jobs(listing);
      });
}

void ExecutionResources::list_jobs(const std::shared_ptr<Listing>& listing) {
  if (listing->jobs == Listing::kEnd) return listing->finish();
  coordinator_.list_jobs(listing->caller, Listing::filter(listing->jobs),
                         [listing](core::Result<core::Page<core::JobView>> jobs) {
                           if (!jobs) return listing->done(core::fail(jobs.error()));
                           for (const core::JobView& view : jobs->items) {
                             for (const auto stream : {core::OutputStream::standard_output,
                                                       core::OutputStream::standard_error}) {
                               listing->page.items.push_back(info_of(view.job, stream));
                             }
                           }
                           Listing::advance(listing->jobs, std::move(jobs->next_cursor));
                           listing->finish();
                         });
}

std::vector<core::ResourceInfo> ExecutionResources::templates() const {
  const std::string text(kText);
  return {
      {"berth://jobs/{job_id}/stdout", "Standard output of a job",
       "What a command printed so far, as text; of more than 1 MiB the end. Changes while it runs.",
       text},
      {"berth://jobs/{job_id}/stderr", "Standard error of a job", "Likewise its standard error.",
       text},
      {"berth://sessions/{session_id}", "State of a session",
       "State, shell and working directory of a shell session. Changes with every command.",
       std::string(kJson)},
  };
}

void ExecutionResources::complete(const core::Caller& caller, const std::string& uri_template,
                                  const std::string& argument, const std::string& value,
                                  Done<core::Completion> done) {
  const auto known = templates();
  const bool is_known =
      std::ranges::find(known, uri_template, &core::ResourceInfo::uri) != known.end() &&
      uri_template.find("{" + argument + "}") != std::string::npos;
  if (!is_known) return done(core::fail(no_resource(uri_template)));
  // Of those that were last; ids tell nothing by which one would look for older ones.
  core::ListFilter filter;
  filter.limit = core::kMaxCompletions;
  const auto offer = [value](core::Completion& found, const std::string& id) {
    if (id.starts_with(value)) found.values.push_back(id);
  };
  if (argument == "job_id") {
    return coordinator_.list_jobs(
        caller, filter, [offer, done](const core::Result<core::Page<core::JobView>>& page) {
          if (!page) return done(core::fail(page.error()));
          core::Completion found{{}, !page->next_cursor.empty()};
          for (const core::JobView& view : page->items) offer(found, view.job.id.str());
          done(std::move(found));
        });
  }
  coordinator_.list_sessions(
      caller, filter, [offer, done](const core::Result<core::Page<core::SessionRecord>>& page) {
        if (!page) return done(core::fail(page.error()));
        core::Completion found{{}, !page->next_cursor.empty()};
        for (const core::SessionRecord& session : page->items) offer(found, session.id.str());
        done(std::move(found));
      });
}

std::optional<ExecutionResources::JobOutput> ExecutionResources::parse_output(
    std::string_view uri) {
  if (!uri.starts_with(kJobs)) return std::nullopt;
  uri.remove_prefix(kJobs.size());
  const std::size_t slash = uri.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto job = core::JobId::parse(uri.substr(0, slash), "uri");
  if (!job) return std::nullopt;
  for (const auto stream :
       {core::OutputStream::standard_output, core::OutputStream::standard_error}) {
    if (uri.substr(slash + 1) == core::to_string(stream)) return JobOutput{*job, stream};
  }
  return std::nullopt;
}

std::optional<core::SessionId> ExecutionResources::parse_session(std::string_view uri) {
  if (!uri.starts_with(kSessions)) return std::nullopt;
  const auto session = core::SessionId::parse(uri.substr(kSessions.size()), "uri");
  return session ? std::optional(*session) : std::nullopt;
}

void ExecutionResources::read(const core::Caller& caller, const std::string& uri,
                              Done<core::ResourceContents> done) {
  if (const auto output = parse_output(uri)) {
    return read_output(caller, *output, uri, std::move(done));
  }
  const auto session = parse_session(uri);
  if (!session) return done(core::fail(no_resource(uri)));
  find_session(caller, *session,
               [uri, done = std::move(done)](const core::Result<core::SessionRecord>& record) {
                 if (!record) return done(core::fail(record.error()));
                 core::JsonWriter json;
                 core::write_session(json, *record);
                 done(core::ResourceContents{uri, std::string(kJson), json.str()});
               });
}

void ExecutionResources::read_output(const core::Caller& caller, const JobOutput& output,
                                     const std::string& uri, Done<core::ResourceContents> done) {
  core::OutputRequest request;
  request.job_id = output.job;
  request.stream = output.stream;
  request.tail_lines = std::numeric_limits<std::int64_t>::max();  // all that fits, from the end
  request.limit = kMaxTextBytes;
  coordinator_.read_output(
      caller, std::move(request), nullptr,
      [this, uri, done = std::move(done)](core::Result<core::OutputView> view) {
        if (!view) return done(core::fail(std::move(view.error())));
        // Up to 1 MiB: not on the core loop.
        services_.workers.run<std::string>(
            [view = std::move(*view)]() -> core::Result<std::string> { return text_of(view); },
            [uri, done](core::Result<std::string> text) {
              if (!text) return done(core::fail(std::move(text.error())));
              done(core::ResourceContents{uri, std::string(kText), std::move(*text)});
            });
      });
}

void ExecutionResources::find_session(const core::Caller& caller, const core::SessionId& id,
                                      Done<core::SessionRecord> done) {
  core::ListFilter stored;
  stored.session_id = id;
  coordinator_.list_sessions(
      caller, stored,
      [this, caller, id,
       done = std::move(done)](const core::Result<core::Page<core::SessionRecord>>& found) {
        if (!found) return done(core::fail(found.error()));
        if (!found->items.empty()) return done(found->items.front());
        // One that waits for a terminal is not stored yet; it stands before any page.
        core::ListFilter first;
        first.limit = 1;
        coordinator_.list_sessions(
            caller, first, [id, done](const core::Result<core::Page<core::SessionRecord>>& page) {
              if (!page) return done(core::fail(page.error()));
              const auto waiting = std::ranges::find(page->items, id, &core::SessionRecord::id);
              if (waiting != page->items.end()) return done(*waiting);
              done(core::fail(no_resource(std::string(kSessions) + id.str())));
            });
      });
}

void ExecutionResources::watch(const core::Caller& caller, const std::string& uri,
                               std::function<void()> changed, Done<std::shared_ptr<void>> done) {
  if (const auto output = parse_output(uri)) {
    return watch_output(caller, *output, std::move(changed), std::move(done));
  }
  const auto session = parse_session(uri);
  if (!session) return done(core::fail(no_resource(uri)));
  find_session(caller, *session,
               [this, id = *session, changed = std::move(changed),
                done = std::move(done)](const core::Result<core::SessionRecord>& record) {
                 if (!record) return done(core::fail(record.error()));
                 const auto watch =
                     std::make_shared<ResourceWatch>(services_.loop, kTellEvery, changed);
                 watch->hold(coordinator_.runner().lanes().observe(
                     id, [raw = watch.get()] { raw->changed(); }));
                 done(watch);
               });
}

void ExecutionResources::watch_output(const core::Caller& caller, const JobOutput& output,
                                      std::function<void()> changed,
                                      Done<std::shared_ptr<void>> done) {
  const auto visible = [this, output, changed = std::move(changed),
                        done = std::move(done)](const core::Result<core::JobView>& view) {
    if (!view) return done(core::fail(view.error()));
    const auto watch = std::make_shared<ResourceWatch>(services_.loop, kTellEvery, changed);
    // Of a job that has ended nothing changes any more.
    if (const jobs::JobPointer job = coordinator_.runner().jobs().find(output.job)) {
      watch->hold(coordinator_.runner().jobs().observe(
          job, [raw = watch.get(), stream = output.stream,
                seen = core::bytes_of(job->record, output.stream)](const jobs::Job& now) mutable {
            // Its place in the queue and the other stream are not part of what is read here.
            const std::int64_t bytes = core::bytes_of(now.record, stream);
            if (std::exchange(seen, bytes) != bytes || core::is_final(now.record.state))
              raw->changed();
          }));
    }
    done(watch);
  };
  coordinator_.get_job(caller, output.job, core::Milliseconds(0), 0, nullptr, visible);
}

}  // namespace berth::execution
