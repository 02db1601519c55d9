#include "service/runtime/log.h"

#include <gtest/gtest.h>

#include "service/runtime/redaction.h"

namespace berth::runtime {
namespace {

/// What the service would write to its standard error.
std::string logged(const std::string& format, const std::function<void()>& log) {
  testing::internal::CaptureStderr();
  start_logging("information", format, *make_redactor({}, {}));
  log();
  stop_logging();
  return testing::internal::GetCapturedStderr();
}

TEST(LogTest, LinesHoldNoSecrets) {
  for (const char* format : {"text", "json"}) {
    const std::string line = logged(format, [] {
      log_info("test", "got password=hunter2 there")
          .with("url", "https://me:hunter2@host/?token=hunter2&a=1")
          .with("text", "a \"secret\": \"hunter2\"\n")
          .with("count", 3);
    });
    EXPECT_EQ(line.find("hunter2"), std::string::npos) << line;
    EXPECT_NE(line.find("got password=[redacted] there"), std::string::npos) << line;
    EXPECT_NE(line.find("https://me:[redacted]@host/?token=[redacted]&a=1"), std::string::npos)
        << line;
  }
}

}  // namespace
}  // namespace berth::runtime
