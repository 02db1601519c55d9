#include "service/core/json_scan.h"

#include <string>

#include "service/core/json.h"
#include "service/core/text.h"
#include "tests/fuzz/targets.h"

namespace berth::fuzz {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

void check_member(const core::JsonObject& object, const core::JsonMember& member,
                  std::string_view text) {
  require(core::is_valid_utf8(member.key), "a key is UTF-8");
  const auto* begin = member.raw.data();
  require(begin >= text.data() && begin + member.raw.size() <= text.data() + text.size(),
          "a value is a slice of the text");
  require(!member.raw.empty() && kSpace.find(member.raw.front()) == std::string_view::npos &&
              kSpace.find(member.raw.back()) == std::string_view::npos,
          "a value has no space around it");
  const std::string wrapped = "{\"\":" + std::string(member.raw) + "}";
  const auto again = core::scan_object(wrapped);
  require(again.has_value() && again->members().size() == 1, "a value is JSON by itself");
  require(again->members()[0].kind == member.kind, "a value keeps its kind");
  require(again->members()[0].raw == member.raw, "a value ends where it ends");
  require(object.string(member.key).has_value() == (member.kind == core::JsonKind::string),
          "a string can be read as one");
  // A member may stand twice in an object inside: only then it can't be read.
  require(object.object(member.key).has_value() == core::scan_object(member.raw).has_value(),
          "an object can be read as one");
}

}  // namespace

void json_scan(std::string_view input) {
  const auto scanned = core::scan_object(input);
  const auto parsed = core::parse_json(input);
  if (parsed) {
    const std::string written = core::write_json(*parsed);
    require(core::parse_json(written).has_value(), "what is written can be read");
  }
  if (!scanned) {
    const bool twice = scanned.error().message.find("twice") != std::string::npos;
    require(!parsed || !parsed->IsObject() || twice, "scanner and parser agree");
    return;
  }
  // Alone numbers that no double holds are beyond the parser.
  if (parsed) {
    require(parsed->IsObject(), "what is scanned is an object");
    require(parsed->MemberCount() == scanned->members().size(), "no member is lost");
  }
  const std::size_t last = input.find_last_not_of(kSpace);
  require(last != std::string_view::npos && input[last] == '}', "nothing comes after the object");
  for (const core::JsonMember& member : scanned->members()) check_member(*scanned, member, input);
}

}  // namespace berth::fuzz
