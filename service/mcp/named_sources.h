#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "service/core/error.h"
#include "service/core/identity.h"
#include "service/core/store.h"

namespace berth::mcp {

/// Several sources of the same, each under a name, listed one after the other. Core loop.
template <class Source>
class NamedSources {
 public:
  template <class Item>
  using ListDone = std::function<void(core::Result<core::Page<Item>>)>;

  /// `source` must outlive this.
  void add(std::string name, Source& source) { sources_.push_back({std::move(name), &source}); }

  /// Null if there is none of that name.
  Source* find(std::string_view name) const {
    const auto found = std::ranges::find(sources_, name, &Named::name);
    return found == sources_.end() ? nullptr : found->source;
  }

  auto begin() const { return sources_.begin(); }
  auto end() const { return sources_.end(); }

  /// A page of Source::list. A cursor is the number of the source and that source's cursor.
  /// This must outlive it.
  template <class Item>
  void list(const core::Caller& caller, std::string cursor, ListDone<Item> done) const {
    if (cursor.empty()) return list_from(0, caller, {}, std::move(done));
    std::size_t number = 0;
    const char* const last = cursor.data() + cursor.size();
    const auto [end, error] = std::from_chars(cursor.data(), last, number);
    if (error != std::errc() || number >= sources_.size() || end == last || *end != ':') {
      return done(core::fail(core::ErrorCode::invalid_argument, "Invalid cursor", "cursor"));
    }
    cursor.erase(0, static_cast<std::size_t>(end - cursor.data()) + 1);
    list_from(number, caller, std::move(cursor), std::move(done));
  }

 private:
  struct Named {
    std::string name;
    Source* source;
  };

  /// Passes over sources that have nothing.
  template <class Item>
  void list_from(std::size_t number, const core::Caller& caller, std::string cursor,
                 ListDone<Item> done) const {
    if (number >= sources_.size()) return done(core::Page<Item>());
    sources_[number].source->list(
        caller, std::move(cursor),
        [this, number, caller, done = std::move(done)](core::Result<core::Page<Item>> page) {
          if (!page) return done(std::move(page));
          const bool more = !page->next_cursor.empty();
          if (page->items.empty() && !more) return list_from(number + 1, caller, {}, done);
          if (more || number + 1 < sources_.size()) {
            page->next_cursor = fmt::format("{}:{}", more ? number : number + 1, page->next_cursor);
          }
          done(std::move(page));
        });
  }

  std::vector<Named> sources_;
};

}  // namespace berth::mcp
