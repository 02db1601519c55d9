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
  return platform::make_private_folder(folder_);
}

std::string Spool::path(const core::JobId& id, OutputStream stream) const {
  return fmt::format("{}/{}.{}", folder_, id.str(),
                     stream == OutputStream::standard_output ? "stdout" : "stderr");
}

core::Result<Spool::Files> Spool::create(const core::JobId& id) const {
  auto output = create_new(path(id, OutputStream::standard_output));
  if (!output) return core::fail(output.error());
  auto error = create_new(path(id, OutputStream::standard_error));
  if (!error) return core::fail(error.error());
  return Files{std::move(*output), std::move(*error)};
}

core::Result<platform::Descriptor> Spool::open(const core::JobId& id, OutputStream stream) const {
  return platform::open_for_reading(path(id, stream));
}

core::Result<void> Spool::remove(const core::JobId& id) const {
  auto output = platform::remove_file(path(id, OutputStream::standard_output));
  auto error = platform::remove_file(path(id, OutputStream::standard_error));
  return output ? error : output;
}

}  // namespace berth::jobs
