#include "service/daemon/application.h"
#include "tests/conformance/fixtures.h"

namespace {

berth::core::Result<void> add_fixtures(berth::daemon::Service::Offers offers) {
  using namespace berth::conformance;
  auto added = add_content_tools(offers.tools);
  if (added) added = add_timed_tools(offers.tools, offers.loop);
  if (added) added = add_asking_tools(offers.tools);
  if (added) added = add_tasks(offers.tools, offers.tasks, offers.loop);
  if (added) added = add_prompts(offers.prompts);
  offers.resources.add("test", resources());
  return added;
}

}  // namespace

int main(int argc, char** argv) {
  return berth::daemon::run(argc, argv, add_fixtures);
}
