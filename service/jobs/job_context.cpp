#include "service/jobs/job_context.h"

#include <concepts>

#include "service/hostproto/record.h"

namespace berth::jobs {
namespace {

constexpr std::uint8_t kContextRecord = 1;

// The fields, listed once for writing and reading. Tags are never given to another meaning.
void fields(auto& f, auto& job) {
  f(1, job.id), f(2, job.session_id), f(3, job.request_id), f(4, job.host_id);
  f(5, job.client_id), f(6, job.principal), f(7, job.correlation_id);
  f(8, job.command), f(9, job.shell), f(10, job.cwd), f(11, job.env_json), f(12, job.stdin_text);
  f(13, job.stdin_mode), f(14, job.sync), f(15, job.background);
  f(16, job.request_key), f(17, job.link_key), f(18, job.timeout), f(19, job.created_at);
  f(20, job.tty), f(21, job.max_output_bytes);
}

class Encoder {
 public:
  void operator()(std::uint16_t tag, const std::string& value) { record_.text(tag, value); }
  template <class Kind>
  void operator()(std::uint16_t tag, const core::Id<Kind>& value) {
    record_.text(tag, value.str());
  }
  void operator()(std::uint16_t tag, bool value) { record_.number(tag, value ? 1 : 0); }
  void operator()(std::uint16_t tag, std::int64_t value) { record_.number(tag, value); }
  void operator()(std::uint16_t tag, core::StdinMode value) {
    record_.number(tag, value == core::StdinMode::open ? 1 : 0);
  }
  void operator()(std::uint16_t tag, core::Milliseconds value) {
    record_.number(tag, value.count());
  }
  void operator()(std::uint16_t tag, core::Timestamp value) {
    record_.number(tag, value.time_since_epoch().count());
  }
  std::string take() { return record_.take(); }

 private:
  hostproto::RecordWriter record_{kContextRecord};
};

class Decoder {
 public:
  explicit Decoder(std::vector<hostproto::Field> fields) : fields_(std::move(fields)) {}

  template <class Value>
  void operator()(std::uint16_t tag, Value& value) const {
    for (const hostproto::Field& field : fields_) {
      if (field.tag == tag) read(field, value);
    }
  }

 private:
  using Field = hostproto::Field;
  static void read(const Field& field, std::string& value) { value = field.bytes; }
  template <class Kind>
  static void read(const Field& field, core::Id<Kind>& value) {
    value = core::Id<Kind>::trusted(std::string(field.bytes));
  }
  static void read(const Field& field, bool& value) { value = field.number() != 0; }
  static void read(const Field& field, std::int64_t& value) { value = field.number(); }
  static void read(const Field& field, core::StdinMode& value) {
    value = field.number() == 1 ? core::StdinMode::open : core::StdinMode::empty;
  }
  static void read(const Field& field, core::Milliseconds& value) {
    value = core::Milliseconds(field.number());
  }
  static void read(const Field& field, core::Timestamp& value) {
    value = core::Timestamp(core::Milliseconds(field.number()));
  }

  std::vector<Field> fields_;
};

}  // namespace

std::string encode_context(const core::JobRecord& job) {
  Encoder encoder;
  fields(encoder, job);
  return encoder.take();
}

core::Result<core::JobRecord> decode_context(std::string_view context) {
  hostproto::RecordReader reader;
  reader.feed(context);
  const auto record = reader.next();
  if (!record) return core::fail(record.error());
  if (!*record) return core::fail(core::ErrorCode::internal, "a job's context is cut short");
  auto split = hostproto::split_fields((*record)->fields);
  if (!split) return core::fail(split.error());
  core::JobRecord job;
  Decoder decoder(std::move(*split));
  fields(decoder, job);
  job.state = core::JobState::running;
  job.dispatched = true;
  return job;
}

}  // namespace berth::jobs
