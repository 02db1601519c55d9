#include "service/prompts/prompts.h"

namespace berth::prompts {

core::Result<void> add_prompts(mcp::PromptSet& prompts, core::Execution& execution,
                               core::Resources& resources) {
  return add_diagnose_failing_command(prompts, execution, resources);
}

}  // namespace berth::prompts
