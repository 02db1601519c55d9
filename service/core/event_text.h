#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "service/core/events.h"

namespace berth::core {

/// How events are written to those who follow them.
enum class EventFormat {
  server_sent,  ///< blocks of text/event-stream: id, event and data (HTML, Server-sent events)
  json_lines,   ///< one JSON object a line
};

void append_event(std::string& text, const EventView& event, EventFormat format);

/// Events in the order of their ids, written out: one text that is cut at any event's end.
struct EventText {
  struct End {
    std::int64_t id = 0;
    std::size_t offset = 0;  ///< behind it
  };
  std::string text;
  std::vector<End> ends;

  void add(const EventView& event, EventFormat format) {
    append_event(text, event, format);
    ends.push_back({event.id, text.size()});
  }
};

}  // namespace berth::core
