#pragma once

#include "service/client/discovery.h"

namespace berth::ctl {

/// `berthctl status`: what the service says of itself, as a table or as the JSON it sent. The exit
/// status: 0 if it is ready, 1 if it is not, 3 if there is none.
int show_status(const client::Search& search, bool json);

}  // namespace berth::ctl
