#pragma once

#include <re2/re2.h>

#include <string>

#include "service/runtime/secret_names.h"

namespace berth::runtime {

/// Finds secrets in free text by the names before them: `NAME=value`, `--name value`,
/// `"name": "value"`, `Name: value`, `<name>value</name>`. What only says where a secret is
/// (`$NAME`) stays. Immutable; any thread.
class NamedSecrets {
 public:
  /// `names` outlives it and is not empty.
  explicit NamedSecrets(const SecretNames& names);

  /// Replaces the values; true if there was one.
  bool redact(std::string& text) const;

 private:
  const SecretNames& names_;
  RE2 finder_;
};

}  // namespace berth::runtime
