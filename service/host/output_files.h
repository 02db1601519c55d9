#pragma once

#include "service/platform/descriptor.h"

namespace berth::host {

/// The two files that the service reads a command's output from. One command after the other writes
/// them, until the service keeps them and gives others.
struct OutputFiles {
  platform::Descriptor standard_output;
  platform::Descriptor standard_error;
  bool output_used = false;  ///< it holds bytes of an earlier command
  bool error_used = false;
};

}  // namespace berth::host
