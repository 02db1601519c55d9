#pragma once

#include <span>
#include <string>

#include "migrations/migrations.h"
#include "service/core/error.h"
#include "service/core/time.h"
#include "storage/sqlite/database.h"

namespace berth::sqlite {

enum class Soundness {
  unknown,  ///< the whole file is read to find damage
  known,    ///< nobody can have changed it since it was found sound
};

/// Brings the database file at `path` to the newest schema; makes it if there is none. Blocks; call
/// before anything else opens the file.
///
/// The file is first looked at without writing. It is refused and left byte for byte as it was,
/// with `storage_failed` and a message that names it, if it
/// - is not a database, is damaged (`PRAGMA quick_check`, unless it is known to be sound) or is
/// some other program's;
/// - has a newer schema than the last of `steps`;
/// - was made by a migration whose text is not the one of `steps` (checksum).
///
/// Each missing step is applied in a transaction of its own together with its row in
/// schema_migrations and `PRAGMA user_version`; a step that fails leaves the schema of the step
/// before it.
core::Result<void> migrate(const std::string& path, std::span<const migrations::Migration> steps,
                           const core::Clock& clock, Soundness soundness = Soundness::unknown,
                           const OnDamage& on_damage = nullptr);

}  // namespace berth::sqlite
