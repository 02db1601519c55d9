#include "api/routes/job_body.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/routes/body.h"
#include "service/core/keys.h"

namespace berth::routes {
namespace {

using core::CommandRequest;
using core::InputRequest;
using rapidjson::Value;
using Name = const std::string&;
using Read = core::Result<void>;

constexpr BodyField<CommandRequest> kCommandFields[] = {
    {"command",
     [](CommandRequest& r, const Value& v, Name n) { return read_text(v, n, r.command); }},
    {"session_id",
     [](CommandRequest& r, const Value& v, Name n) { return read_id(v, n, r.session_id); }},
    {"shell", [](CommandRequest& r, const Value& v, Name n) { return read_text(v, n, r.shell); }},
    {"cwd", [](CommandRequest& r, const Value& v, Name n) { return read_text(v, n, r.cwd); }},
    {"env",
     [](CommandRequest& r, const Value& v, Name n) { return read_environment(v, n, r.env); }},
    {"stdin",
     [](CommandRequest& r, const Value& v, Name n) { return read_text(v, n, r.stdin_text); }},
    {"open_stdin",
     [](CommandRequest& r, const Value& v, Name n) { return read_flag(v, n, r.open_stdin); }},
    {"tty", [](CommandRequest& r, const Value& v, Name n) { return read_flag(v, n, r.tty); }},
    {"sync", [](CommandRequest& r, const Value& v, Name n) { return read_flag(v, n, r.sync); }},
    {"request_key",
     [](CommandRequest& r, const Value& v, Name n) { return read_text(v, n, r.request_key); }},
    {"timeout_ms",
     [](CommandRequest& r, const Value& v, Name n) { return read_duration(v, n, r.timeout); }},
    {"max_output_bytes",
     [](CommandRequest& r, const Value& v, Name n) -> Read {
       std::int64_t bytes = 0;
       if (auto read = read_integer(v, n, 0, bytes); !read) return read;
       r.max_output_bytes = static_cast<std::size_t>(bytes);
       return {};
     }},
};

Read read_keys(InputRequest& request, const Value& value, Name name) {
  std::string names;
  if (value.IsArray()) {
    for (const auto& key : value.GetArray()) {
      std::string one;
      if (auto read = read_text(key, name, one); !read) return read;
      names += one + " ";
    }
  } else if (auto read = read_text(value, name, names); !read) {
    return read;
  }
  auto bytes = core::bytes_of_keys(names);
  if (!bytes) return core::fail(std::move(bytes.error()));
  request.bytes += *bytes;
  request.has_keys = true;
  return {};
}

Read read_tty_side(const Value& value, Name name, std::int64_t& out) {
  if (auto read = read_integer(value, name, 1, out); !read) return read;
  if (out > core::kMaxTtySide) {
    return wrong_field(name, fmt::format("must be at most {}", core::kMaxTtySide));
  }
  return {};
}

constexpr BodyField<InputRequest> kInputFields[] = {
    {"text",
     [](InputRequest& r, const Value& v, Name n) -> Read {
       std::string text;
       if (auto read = read_text(v, n, text); !read) return read;
       r.bytes.insert(0, text);  // before the keys, wherever it stands
       return {};
     }},
    {"keys", read_keys},
    {"eof", [](InputRequest& r, const Value& v, Name n) { return read_flag(v, n, r.eof); }},
    {"rows", [](InputRequest& r, const Value& v, Name n) { return read_tty_side(v, n, r.rows); }},
    {"cols", [](InputRequest& r, const Value& v, Name n) { return read_tty_side(v, n, r.cols); }},
    {"request_key",
     [](InputRequest& r, const Value& v, Name n) { return read_text(v, n, r.request_key); }},
};

}  // namespace

core::Result<CommandRequest> read_job_body(std::string_view body) {
  CommandRequest request;
  request.background = true;
  if (auto read = read_body<CommandRequest>(body, kCommandFields, request); !read) {
    return core::fail(std::move(read.error()));
  }
  if (request.command.empty()) return wrong_field("command", "is required");
  return request;
}

core::Result<InputRequest> read_input_body(std::string_view body) {
  InputRequest request;
  if (auto read = read_body<InputRequest>(body, kInputFields, request); !read) {
    return core::fail(std::move(read.error()));
  }
  if (auto checked = core::check(request); !checked) {
    return core::fail(std::move(checked.error()));
  }
  return request;
}

}  // namespace berth::routes
