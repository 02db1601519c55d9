// Commits in a loop and prints each acknowledged set as a line: the id of its job, and `event <id>`
// for each event, until it is killed. Run by crash_test.cpp.
#include <unistd.h>

#include <cstdio>
#include <string>

#include "service/core/time.h"
#include "service/loop/loop.h"
#include "storage/stores/store.h"

namespace {

using namespace berth;

class CrashWriter {
 public:
  explicit CrashWriter(storage::Store& store) : store_(store) {}

  void commit_one() {
    core::JobRecord job;
    job.id = core::JobId::make();
    job.client_id = "crash";
    job.command = "true";
    core::EventRecord event;
    event.type = "job.queued";
    event.job_id = job.id;
    core::ChangeSet set;
    const std::string id = job.id.str();
    set.add(std::move(job)).add(event).add(event);
    if (++count_ % 50 == 0) set.durability = core::Durability::durable;
    store_.change_log().commit(std::move(set), [this, id](const core::Result<void>& result) {
      if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message.c_str());
        std::_Exit(1);
      }
      const std::string line = id + "\n";
      if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(1);
      commit_one();
    });
  }

 private:
  storage::Store& store_;
  int count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  loop::Loop loop;
  const core::SystemClock clock;
  storage::StoreOptions options;
  options.on_committed = [](const std::shared_ptr<const storage::CommittedEvents>& batch) {
    for (const auto& event : batch->events) {
      const std::string line = "event " + std::to_string(event.id) + "\n";
      if (write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(1);
    }
  };
  auto store = storage::Store::open(
      argv[1], [&loop](std::function<void()> task) { loop.post(std::move(task)); }, clock,
      std::move(options));
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    return 1;
  }
  CrashWriter writer(**store);
  loop.post([&writer] {
    for (int i = 0; i < 8; ++i) writer.commit_one();
  });
  loop.run();
}
