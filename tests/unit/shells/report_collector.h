#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "service/shells/report.h"

namespace berth::shells {

/// The reports in these bytes, read in pieces of `piece` bytes.
inline std::vector<Report> reports_in(ReportReader& reader, std::string_view bytes,
                                      std::size_t piece = 4096) {
  std::vector<Report> reports;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    reader.feed(bytes.substr(0, piece), [&](const Report& report) { reports.push_back(report); });
  }
  return reports;
}

}  // namespace berth::shells
