#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "service/core/completion.h"
#include "service/core/error.h"
#include "service/core/identity.h"
#include "service/core/store.h"

namespace berth::core {

/// Something that clients can read and be told changes of, by its URI:
/// `berth://jobs/{job_id}/stdout`, `…/stderr`, `berth://sessions/{session_id}`.
struct ResourceInfo {
  std::string uri;
  std::string name;
  std::string description;
  std::string mime_type;
};

struct ResourceBytes {
  std::string bytes;
};

struct ResourceContents {
  std::string uri;
  std::string mime_type;
  std::variant<std::string, ResourceBytes> body;  ///< valid UTF-8, or bytes

  /// For those that are known to be text.
  const std::string& text() const { return std::get<std::string>(body); }
};

/// Resources as MCP sees them. Core loop; completions come there too, possibly before the call
/// returns. What the caller may not see is not_found.
class Resources {
 public:
  template <class T>
  using Done = std::function<void(Result<T>)>;

  virtual ~Resources() = default;

  /// Newest first of each kind, page by page.
  virtual void list(const Caller& caller, std::string cursor, Done<Page<ResourceInfo>> done) = 0;
  /// URI templates (RFC 6570) of what exists beyond the list.
  virtual std::vector<ResourceInfo> templates() const = 0;
  /// Values of an argument of such a template that begin with `value`, newest first; not_found for
  /// a template or an argument there is none of.
  virtual void complete(const Caller& caller, const std::string& uri_template,
                        const std::string& argument, const std::string& value,
                        Done<Completion> done) = 0;
  /// Large output is read as its tail, and says so.
  virtual void read(const Caller& caller, const std::string& uri, Done<ResourceContents> done) = 0;
  /// Calls `changed` whenever what read() gives may be different, at most a few times a second,
  /// until the handle is destroyed.
  virtual void watch(const Caller& caller, const std::string& uri, std::function<void()> changed,
                     Done<std::shared_ptr<void>> done) = 0;
};

}  // namespace berth::core
