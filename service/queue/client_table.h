#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "service/queue/ranked_set.h"
#include "service/queue/serving_order.h"

namespace berth::queue {

/// What each client holds and waits for, and from that the request to serve next: the first one
/// whose client holds fewer slots than it may. A client at its bound does not hold up those behind
/// it. Only the first ready request of each such client can be that one, so only these are
/// compared: O(log n) for each change. A client with nothing is forgotten. Core loop.
class ClientTable {
 public:
  explicit ClientTable(std::size_t max_slots) : max_slots_(max_slots) {}

  /// Looks at every client.
  void set_max_slots(std::size_t max_slots);

  /// A request of the client waits, ready to be served or not yet.
  void enter(const std::string& client);
  void leave(const std::string& client);
  /// It is ready to be served, or not any more. Between its enter() and leave().
  void offer(const std::string& client, const ServingOrder& order);
  void withdraw(const std::string& client, const ServingOrder& order);

  void take_slot(const std::string& client);
  void give_slot_back(const std::string& client);

  /// The request to serve next.
  std::optional<ServingOrder> next() const;

  bool at_bound(const std::string& client) const { return slots(client) >= max_slots_; }
  std::size_t slots(const std::string& client) const;
  std::size_t waiting(const std::string& client) const;
  /// How many slots this client must give back before one of its requests may have one. 0 for one
  /// that its client's bound does not hold up.
  std::size_t releases_before(const std::string& client, const ServingOrder& order) const;

  std::size_t size() const { return clients_.size(); }

 private:
  struct Client {
    std::size_t slots = 0;
    std::size_t waiting = 0;
    RankedSet<ServingOrder> ready;
    std::optional<ServingOrder> first;  // as it stands in heads_
  };

  const Client* find(const std::string& client) const;
  void changed(const std::string& name, Client& client);
  void refresh(Client& client);

  std::size_t max_slots_;
  std::unordered_map<std::string, Client> clients_;
  std::set<ServingOrder> heads_;  // the first ready request of each client below its bound
};

}  // namespace berth::queue
