#include "api/routes/job_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "service/core/environment.h"
#include "service/core/json.h"

namespace berth::routes {
namespace {

using Value = rapidjson::Value;
using Setter = core::Result<void> (*)(core::CommandRequest&, const Value&, const std::string&);

tl::unexpected<core::Error> wrong(const std::string& name, std::string_view problem) {
  return core::fail(core::ErrorCode::invalid_argument, fmt::format("{} {}", name, problem), name);
}

core::Result<void> read_text(const Value& value, const std::string& name, std::string& out) {
  if (!value.IsString()) return wrong(name, "must be a string");
  out.assign(value.GetString(), value.GetStringLength());
  return {};
}

core::Result<void> read_flag(const Value& value, const std::string& name, bool& out) {
  if (!value.IsBool()) return wrong(name, "must be true or false");
  out = value.GetBool();
  return {};
}

core::Result<std::int64_t> read_integer(const Value& value, const std::string& name,
                                        std::int64_t minimum) {
  if (!value.IsInt64()) return wrong(name, "must be a whole number");
  if (value.GetInt64() < minimum) return wrong(name, fmt::format("must be >= {}", minimum));
  return value.GetInt64();
}

core::Result<void> read_environment(core::CommandRequest& request, const Value& value,
                                    const std::string& name) {
  if (!value.IsObject()) return wrong(name, "must be an object of strings");
  for (const auto& member : value.GetObject()) {
    std::string text;
    const std::string entry = fmt::format("{}.{}", name, member.name.GetString());
    if (auto read = read_text(member.value, entry, text); !read) return read;
    request.env.emplace_back(std::string(member.name.GetString(), member.name.GetStringLength()),
                             std::move(text));
  }
  return core::check_environment(request.env);
}

struct Field {
  std::string_view name;
  Setter set;
};

constexpr Field kFields[] = {
    {"command", [](core::CommandRequest& r, const Value& v,
                   const std::string& n) { return read_text(v, n, r.command); }},
    {"session_id",
     [](core::CommandRequest& r, const Value& v, const std::string& n) -> core::Result<void> {
       std::string text;
       if (auto read = read_text(v, n, text); !read) return read;
       auto id = core::SessionId::parse(text, n);
       if (!id) return core::fail(std::move(id.error()));
       r.session_id = std::move(*id);
       return {};
     }},
    {"shell", [](core::CommandRequest& r, const Value& v,
                 const std::string& n) { return read_text(v, n, r.shell); }},
    {"cwd", [](core::CommandRequest& r, const Value& v,
               const std::string& n) { return read_text(v, n, r.cwd); }},
    {"env", read_environment},
    {"stdin", [](core::CommandRequest& r, const Value& v,
                 const std::string& n) { return read_text(v, n, r.stdin_text); }},
    {"open_stdin", [](core::CommandRequest& r, const Value& v,
                      const std::string& n) { return read_flag(v, n, r.open_stdin); }},
    {"tty", [](core::CommandRequest& r, const Value& v,
               const std::string& n) { return read_flag(v, n, r.tty); }},
    {"sync", [](core::CommandRequest& r, const Value& v,
                const std::string& n) { return read_flag(v, n, r.sync); }},
    {"request_key", [](core::CommandRequest& r, const Value& v,
                       const std::string& n) { return read_text(v, n, r.request_key); }},
    {"timeout_ms",
     [](core::CommandRequest& r, const Value& v, const std::string& n) -> core::Result<void> {
       const auto number = read_integer(v, n, 0);
       if (!number) return core::fail(number.error());
       r.timeout = core::Milliseconds(*number);
       return {};
     }},
    {"max_output_bytes",
     [](core::CommandRequest& r, const Value& v, const std::string& n) -> core::Result<void> {
       const auto number = read_integer(v, n, 0);
       if (!number) return core::fail(number.error());
       r.max_output_bytes = static_cast<std::size_t>(*number);
       return {};
     }},
};

}  // namespace

core::Result<core::CommandRequest> read_job_body(std::string_view body) {
  const auto document = core::parse_json(body);
  if (!document) return core::fail(document.error());
  if (!document->IsObject()) {
    return core::fail(core::ErrorCode::invalid_argument, "the body must be a JSON object");
  }
  core::CommandRequest request;
  request.background = true;
  for (const auto& member : document->GetObject()) {
    const std::string name(member.name.GetString(), member.name.GetStringLength());
    const auto* field =
        std::ranges::find(kFields, std::string_view(name), [](const Field& f) { return f.name; });
    if (field == std::end(kFields)) return wrong(name, "is not a field of a job");
    if (auto set = field->set(request, member.value, name); !set) return core::fail(set.error());
  }
  if (!document->HasMember("command")) return wrong("command", "is required");
  return request;
}

}  // namespace berth::routes
