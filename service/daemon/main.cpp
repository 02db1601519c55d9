#include "service/daemon/application.h"

int main(int argc, char** argv) {
  return berth::daemon::run(argc, argv);
}
