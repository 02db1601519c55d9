#pragma once

#include <vector>

#include "service/core/store.h"
#include "storage/stores/table.h"

namespace berth::storage {

template <>
struct Table<core::TokenRecord> {
  static constexpr std::string_view kName = "tokens";

  template <class Record, class Visit>
  static void columns(Record& token, Visit&& visit) {
    visit(fixed("hash"), token.hash);
    visit(fixed("scope"), token.scope);
    visit(fixed("created_at"), token.created_at);
    visit(changing("expires_at"), token.expires_at);
  }
};

/// All, oldest first.
core::Result<std::vector<core::TokenRecord>> all_tokens(sqlite::Database& database);

}  // namespace berth::storage
