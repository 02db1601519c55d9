#include "service/hostproto/messages.h"

#include <concepts>
#include <type_traits>
#include <utility>

namespace berth::hostproto {
namespace {

template <class M, class Type>
concept Is = std::same_as<std::remove_const_t<M>, Type>;

// Each message's fields, listed once for writing and reading. Tags are never given to another
// meaning; a new field takes a new tag.

void fields(auto& f, Is<Configure> auto& m) {
  f(1, m.host_id), f(2, m.shell), f(3, m.program), f(4, m.cwd), f(5, m.env), f(6, m.orphan_limit);
  f(7, m.tty), f(8, m.rows), f(9, m.cols), f(10, m.more_processes), f(11, m.max_memory_bytes);
  f(12, m.max_cpu_time), f(13, m.spare);
}
void fields(auto& f, Is<Run> auto& m) {
  f(1, m.job_id), f(2, m.command), f(3, m.cwd), f(4, m.env), f(5, m.stdin_mode);
  f(6, m.stdin_text), f(7, m.timeout), f(8, m.context), f(9, m.max_output_bytes);
  f(10, m.alone), f(11, m.secret_output);
}
void fields(auto& f, Is<Prepare> auto& m) {
  f(1, m.cwd), f(2, m.orphan_limit);
}
void fields(auto& f, Is<Interrupt> auto& m) {
  f(1, m.job_id), f(2, m.how);
}
void fields(auto& f, Is<Input> auto& m) {
  f(1, m.job_id), f(2, m.bytes), f(3, m.eof), f(4, m.key), f(5, m.call);
}
void fields(auto& f, Is<Resume> auto& m) {
  f(1, m.after_seq);
}
void fields(auto& f, Is<Trim> auto& m) {
  f(1, m.up_to_seq);
}
void fields(auto& f, Is<End> auto& m) {
  f(1, m.mode);
}
void fields(auto&, Is<Ping> auto&) {}
void fields(auto&, Is<Output> auto&) {}
void fields(auto& f, Is<Resize> auto& m) {
  f(1, m.rows), f(2, m.cols);
}
void fields(auto& f, Is<Ready> auto& m) {
  f(1, m.shell_pid), f(2, m.shell_version), f(3, m.cwd), f(4, m.restarted);
}
void fields(auto& f, Is<Accepted> auto& m) {
  f(1, m.seq), f(2, m.job_id), f(3, m.context);
}
void fields(auto& f, Is<Started> auto& m) {
  f(1, m.job_id), f(2, m.started_at);
}
void fields(auto& f, Is<Progress> auto& m) {
  f(1, m.job_id), f(2, m.stdout_bytes), f(3, m.stderr_bytes), f(4, m.awaiting_input);
}
void fields(auto& f, Is<Finished> auto& m) {
  f(1, m.seq), f(2, m.job_id), f(3, m.exit_code), f(4, m.signal), f(5, m.timed_out);
  f(6, m.stdout_bytes), f(7, m.stderr_bytes), f(8, m.cwd), f(9, m.started_at);
  f(10, m.finished_at), f(11, m.shell_restarted), f(12, m.message);
  f(13, m.stdout_inline), f(14, m.stderr_inline);
}
void fields(auto& f, Is<Rejected> auto& m) {
  f(1, m.job_id), f(2, m.error);
}
void fields(auto& f, Is<Running> auto& m) {
  f(1, m.job_id), f(2, m.stdout_bytes), f(3, m.stderr_bytes), f(4, m.cwd);
}
void fields(auto& f, Is<ShellEnded> auto& m) {
  f(1, m.seq), f(2, m.error);
}
void fields(auto& f, Is<Prepared> auto& m) {
  f(1, m.error), f(3, m.cwd);
}
void fields(auto&, Is<Pong> auto&) {}
void fields(auto& f, Is<InputTaken> auto& m) {
  f(1, m.call), f(2, m.error);
}

// An Error takes one field: its code as text (numbers may move between releases), a NUL, the
// field at fault, a NUL, the message.

std::string error_text(const core::Error& error) {
  std::string text(core::to_string(error.code));
  text.push_back('\0');
  text += error.field;
  text.push_back('\0');
  text += error.message;
  return text;
}

core::Error parse_error(std::string_view text) {
  core::Error error;
  const std::size_t code_end = std::min(text.find('\0'), text.size());
  const std::string_view code = text.substr(0, code_end);
  for (int i = 0; i <= static_cast<int>(core::ErrorCode::internal); ++i) {
    const auto candidate = static_cast<core::ErrorCode>(i);
    if (core::to_string(candidate) == code) error.code = candidate;
  }
  text.remove_prefix(std::min(code_end + 1, text.size()));
  const std::size_t field_end = std::min(text.find('\0'), text.size());
  error.field = text.substr(0, field_end);
  error.message = text.substr(std::min(field_end + 1, text.size()));
  return error;
}

/// Writes fields. What has its default is written too: absent means "by a release without it".
class Encoder {
 public:
  explicit Encoder(std::uint8_t type) : record_(type) {}

  void operator()(std::uint16_t tag, const std::string& value) { record_.text(tag, value); }
  template <class Kind>
  void operator()(std::uint16_t tag, const core::Id<Kind>& value) {
    record_.text(tag, value.str());
  }
  void operator()(std::uint16_t tag, const std::vector<std::string>& values) {
    for (const std::string& value : values) record_.text(tag, value);
  }
  void operator()(std::uint16_t tag, std::integral auto value) { record_.number(tag, value); }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void operator()(std::uint16_t tag, Enum value) {
    record_.number(tag, static_cast<std::int64_t>(value));
  }
  void operator()(std::uint16_t tag, core::Milliseconds value) {
    record_.number(tag, value.count());
  }
  void operator()(std::uint16_t tag, core::Timestamp value) {
    record_.number(tag, value.time_since_epoch().count());
  }
  void operator()(std::uint16_t tag, const core::Error& value) {
    record_.text(tag, error_text(value));
  }
  template <class Value>
  void operator()(std::uint16_t tag, const std::optional<Value>& value) {
    if (value) (*this)(tag, *value);
  }

  std::string take() { return record_.take(); }

 private:
  RecordWriter record_;
};

class Decoder {
 public:
  explicit Decoder(std::vector<Field> fields) : fields_(std::move(fields)) {}

  template <class Value>
  void operator()(std::uint16_t tag, Value& value) const {
    for (const Field& field : fields_) {
      if (field.tag == tag) read(field, value);
    }
  }

 private:
  static void read(const Field& field, std::string& value) { value = field.bytes; }
  template <class Kind>
  static void read(const Field& field, core::Id<Kind>& value) {
    value = core::Id<Kind>::trusted(std::string(field.bytes));
  }
  static void read(const Field& field, std::vector<std::string>& values) {
    values.emplace_back(field.bytes);
  }
  static void read(const Field& field, std::int64_t& value) { value = field.number(); }
  static void read(const Field& field, bool& value) { value = field.number() != 0; }
  static void read(const Field& field, core::StdinMode& value) {
    value = field.number() == 1 ? core::StdinMode::open : core::StdinMode::empty;
  }
  static void read(const Field& field, core::StopMode& value) {
    // A mode of a later release: the gentlest that still stops.
    const std::int64_t number = field.number();
    value = number >= 0 && number <= static_cast<std::int64_t>(core::StopMode::kill)
                ? static_cast<core::StopMode>(number)
                : core::StopMode::interrupt;
  }
  static void read(const Field& field, core::Milliseconds& value) {
    value = core::Milliseconds(field.number());
  }
  static void read(const Field& field, core::Timestamp& value) {
    value = core::Timestamp(core::Milliseconds(field.number()));
  }
  static void read(const Field& field, core::Error& value) { value = parse_error(field.bytes); }
  template <class Value>
  static void read(const Field& field, std::optional<Value>& value) {
    read(field, value.emplace());
  }

  std::vector<Field> fields_;
};

template <std::size_t Index = 0>
std::optional<Message> decode_as(std::uint8_t type, const Decoder& decoder) {
  if constexpr (Index < std::variant_size_v<Message>) {
    using Candidate = std::variant_alternative_t<Index, Message>;
    if (type != Candidate::kType) return decode_as<Index + 1>(type, decoder);
    Candidate message;
    fields(decoder, message);
    return message;
  } else {
    return std::nullopt;
  }
}

}  // namespace

std::string encode(const Message& message) {
  return std::visit(
      [](const auto& m) {
        Encoder encoder(m.kType);
        fields(encoder, m);
        return encoder.take();
      },
      message);
}

core::Result<std::optional<Message>> decode(const Record& record) {
  auto split = split_fields(record.fields);
  if (!split) return core::fail(split.error());
  return decode_as(record.type, Decoder(std::move(*split)));
}

std::size_t descriptor_count(const Message& message) {
  return std::visit([](const auto& m) { return m.kDescriptors; }, message);
}

}  // namespace berth::hostproto
