#include "service/jobs/output_source.h"

#include <utility>

#include "service/platform/files.h"

namespace berth::jobs {

core::Result<OutputSource> OutputSource::open(const Spool& spool, const core::JobRecord& job,
                                              core::OutputStream stream) {
  const auto& whole =
      stream == core::OutputStream::standard_output ? job.stdout_whole : job.stderr_whole;
  if (whole) return OutputSource(*whole);
  if (!job.dispatched) return OutputSource(std::string());
  auto file = spool.open(job, stream);
  if (file) return OutputSource(std::move(*file));
  if (file.error().code == core::ErrorCode::not_found) return OutputSource(std::string());
  return core::fail(file.error());
}

core::Result<std::uint64_t> OutputSource::size() const {
  if (const auto* whole = std::get_if<std::string>(&bytes_)) return whole->size();
  return platform::file_size(std::get<platform::Descriptor>(bytes_).get());
}

core::Result<std::string> OutputSource::read(std::uint64_t offset, std::size_t length) const {
  if (const auto* whole = std::get_if<std::string>(&bytes_)) {
    return offset >= whole->size() ? std::string() : whole->substr(offset, length);
  }
  return platform::read_range(std::get<platform::Descriptor>(bytes_).get(), offset, length);
}

}  // namespace berth::jobs
