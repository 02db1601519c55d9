#pragma once

#include <memory>
#include <string>
#include <vector>

#include "service/core/error.h"
#include "service/core/redactor.h"
#include "service/runtime/config.h"

namespace berth::runtime {

/// invalid_argument names the key and the item that is wrong.
core::Result<void> check(const Config::Redaction& config);

/// The redactor that is configured ([redaction]). Tokens of Berth are always taken out, and so are
/// the values, from 8 bytes on, of those variables in `environment` (`NAME=value`) whose name is
/// that of a secret: wherever they stand. Errors as of check().
core::Result<std::shared_ptr<const core::Redactor>> make_redactor(
    const Config::Redaction& config, const std::vector<std::string>& environment);

}  // namespace berth::runtime
