#include "service/core/event_text.h"

#include <array>
#include <charconv>

namespace berth::core {

void append_event(std::string& text, const EventView& event, EventFormat format) {
  if (format == EventFormat::json_lines) {
    append_json(text, event);
    text += '\n';
    return;
  }
  std::array<char, 24> digits;
  text += "id: ";
  text.append(digits.data(), std::to_chars(digits.begin(), digits.end(), event.id).ptr);
  text.append("\nevent: ").append(event.type).append("\ndata: ");
  append_json(text, event);
  text += "\n\n";
}

}  // namespace berth::core
