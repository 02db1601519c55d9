#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace berth::events {

/// Where the events of one subscriber go. Stream loop.
class Outlet {
 public:
  /// Whoever fills the outlet. Both calls may destroy the outlet.
  class Owner {
   public:
    /// What was queued has been taken: there is room again.
    virtual void outlet_ready() = 0;
    /// Nothing more reaches the other side. Called once.
    virtual void outlet_closed(std::string_view why) = 0;

   protected:
    ~Owner() = default;
  };

  virtual ~Outlet() = default;

  /// Called once, before anything is written.
  virtual void open(Owner& owner) = 0;
  /// Takes what there is room for at once and tells how much that was.
  virtual std::size_t try_write(std::string_view text) = 0;
  /// Takes all of it. False: there is no room any more, until outlet_ready().
  virtual bool queue(std::string text) = 0;
  /// Lets what is queued arrive, then closes.
  virtual void end() = 0;
  /// Closes at once.
  virtual void close(std::string_view why) = 0;
};

}  // namespace berth::events
