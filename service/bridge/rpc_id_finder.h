#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace berth::bridge {

/// Finds the id of a JSON-RPC message that is too long to be kept, from its bytes as they pass: so
/// that who sent it can be answered. Of what is no JSON it finds something or nothing. One thread.
class RpcIdFinder {
 public:
  void feed(std::string_view bytes);

  /// Raw JSON: the last string or number named `id` in the outermost object; empty if there was
  /// none. Ready for the next message then.
  std::string take();

 private:
  static constexpr std::size_t kMaxIdBytes = 256;

  void outside_strings(char c);

  std::size_t depth_ = 0;  // of objects and arrays
  bool in_string_ = false;
  bool escaped_ = false;
  bool in_value_ = false;  // of a member of the outermost object: after its colon
  std::string text_;       // of the key or value that is being read there, if it is short
  std::string key_;
  std::string id_;
};

}  // namespace berth::bridge
