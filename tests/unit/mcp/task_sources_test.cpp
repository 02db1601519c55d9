#include "service/mcp/task_sources.h"

#include "tests/unit/mcp/tasks_fixture.h"

namespace berth::mcp {
namespace {

using testing::ElementsAre;

class TaskSourcesTest : public testing::Test {
 protected:
  TaskSourcesTest() {
    for (TasksForTests* source : {&first_, &none_, &second_}) {
      sources_.add(source == &first_ ? "job" : source == &none_ ? "none" : "test", *source);
    }
    for (const std::string id : {"job_1", "job_2", "job_3"}) first_.begin(caller_, id);
    second_.begin(caller_, "test_1");
  }

  /// Ids of a page, and at last where the next one begins.
  std::vector<std::string> list(const std::string& cursor) {
    std::vector<std::string> ids;
    sources_.list(caller_, cursor, [&](const core::Result<core::Page<TaskView>>& page) {
      if (!page) return ids.push_back(std::string(core::to_string(page.error().code)));
      for (const TaskView& task : page->items) ids.push_back(task.id);
      ids.push_back(page->next_cursor);
    });
    return ids;
  }

  core::Caller caller_;
  TasksForTests first_;
  TasksForTests none_;
  TasksForTests second_;
  TaskSources sources_;
};

TEST_F(TaskSourcesTest, EachHasItsOwnIds) {
  std::string found;
  const auto take = [&](const core::Result<TaskView>& task) {
    found = task ? task->message : std::string(core::to_string(task.error().code));
  };
  sources_.find(caller_, "test_1", take);
  EXPECT_EQ(found, "running, test_1");
  sources_.find(caller_, "other_1", take);
  EXPECT_EQ(found, "not_found");
  const auto cancel = std::make_shared<core::Cancellation>();
  sources_.wait(caller_, "job_2", cancel, take);
  sources_.wait(caller_, "x", cancel, take);
  EXPECT_EQ(first_.waits("job_2"), 1U);
  sources_.cancel(caller_, "job_2", take);
  EXPECT_TRUE(first_.stopped("job_2"));
  sources_.cancel(caller_, "x", take);
  EXPECT_EQ(found, "not_found");
}

TEST_F(TaskSourcesTest, AreListedOneAfterTheOther) {
  EXPECT_THAT(list(""), ElementsAre("job_1", "job_2", "0:job_2"));
  EXPECT_THAT(list("0:job_2"), ElementsAre("job_3", "1:"));
  EXPECT_THAT(list("1:"), ElementsAre("test_1", ""));
  for (const std::string cursor : {"x", "9:", "0", "0:nothing", ":"}) {
    EXPECT_THAT(list(cursor), ElementsAre("invalid_argument")) << cursor;
  }
}

}  // namespace
}  // namespace berth::mcp
