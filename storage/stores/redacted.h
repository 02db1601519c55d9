#pragma once

#include "service/core/redactor.h"
#include "service/core/store.h"
#include "storage/sqlite/database.h"

namespace berth::storage {

/// What is done to each record before it is stored, and so before anyone is told. Nothing that the
/// service still needs word for word is touched: a job keeps its command until it has ended. Ids,
/// directories and what names an event at its source stay as they are.
void redact(const core::Redactor& redactor, core::Change& change);

/// Takes the secrets out of the row of a job that has just been stored as ended. The record itself
/// is left alone: if this transaction fails, it comes again.
core::Result<void> redact_ended_job(sqlite::Database& database, const core::Redactor& redactor,
                                    const core::JobRecord& job);

}  // namespace berth::storage
