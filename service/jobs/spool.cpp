#include "service/jobs/spool.h"

#include <fmt/format.h>

#include "service/platform/files.h"

namespace berth::jobs {
namespace {

using core::OutputStream;

core::Result<platform::Descriptor> create_new(const std::string& path) {
  if (auto removed = platform::remove_file(path); !removed) return core::fail(removed.error());
  return platform::create_file(path);
}

}  // namespace

core::Result<void> Spool::prepare() const {
  return platform::make_private_folder(data_dir_ + "/spool");
}

std::string Spool::host_path(const core::HostId& host, OutputStream stream) const {
  return fmt::format("{}/hosts/{}/{}", data_dir_, host.str(), core::to_string(stream));
}

std::string Spool::job_path(const core::JobId& job, OutputStream stream) const {
  return fmt::format("{}/spool/{}.{}", data_dir_, job.str(), core::to_string(stream));
}

core::Result<Spool::Files> Spool::renew(const core::HostId& host) const {
  auto output = create_new(host_path(host, OutputStream::standard_output));
  if (!output) return core::fail(output.error());
  auto error = create_new(host_path(host, OutputStream::standard_error));
  if (!error) return core::fail(error.error());
  return Files{std::move(*output), std::move(*error)};
}

core::Result<std::int64_t> Spool::keep(const core::HostId& host, const core::JobId& job,
                                       OutputStream stream) const {
  const std::string kept = job_path(job, stream);
  auto file = platform::open_for_reading(kept);
  if (!file && file.error().code == core::ErrorCode::not_found) {
    if (auto moved = platform::move_file(host_path(host, stream), kept);
        !moved && moved.error().code != core::ErrorCode::not_found) {
      return core::fail(moved.error());
    }
    file = platform::open_for_reading(kept);
  }
  if (!file && file.error().code == core::ErrorCode::not_found) return 0;
  if (!file) return core::fail(file.error());
  const auto size = platform::file_size(file->get());
  if (!size) return core::fail(size.error());
  return static_cast<std::int64_t>(*size);
}

core::Result<Spool::Sizes> Spool::keep(const core::HostId& host, const core::JobId& job) const {
  const auto output = keep(host, job, OutputStream::standard_output);
  if (!output) return core::fail(output.error());
  const auto error = keep(host, job, OutputStream::standard_error);
  if (!error) return core::fail(error.error());
  return Sizes{*output, *error};
}

core::Result<platform::Descriptor> Spool::open(const core::JobRecord& job,
                                               OutputStream stream) const {
  if (!core::is_final(job.state)) {
    auto file = platform::open_for_reading(host_path(job.host_id, stream));
    // Its end may be being stored: then the files are being kept.
    if (file || file.error().code != core::ErrorCode::not_found) return file;
  }
  return platform::open_for_reading(job_path(job.id, stream));
}

core::Result<void> Spool::remove(const core::JobId& id) const {
  auto output = platform::remove_file(job_path(id, OutputStream::standard_output));
  auto error = platform::remove_file(job_path(id, OutputStream::standard_error));
  return output ? error : output;
}

}  // namespace berth::jobs
