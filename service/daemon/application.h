#pragma once

#include "service/daemon/service.h"

namespace berth::daemon {

/// The program berthd, given main()'s arguments: serves until it is asked to stop, or does what the
/// options say instead. Its exit code.
int run(int argc, char** argv, Service::AddOffers add_offers = nullptr);

}  // namespace berth::daemon
