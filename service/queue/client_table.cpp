#include "service/queue/client_table.h"

namespace berth::queue {

void ClientTable::set_max_slots(std::size_t max_slots) {
  max_slots_ = max_slots;
  for (auto& [name, client] : clients_) refresh(client);
}

void ClientTable::enter(const std::string& client) {
  ++clients_[client].waiting;
}

void ClientTable::leave(const std::string& client) {
  Client& left = clients_[client];
  --left.waiting;
  changed(client, left);
}

void ClientTable::offer(const std::string& client, const ServingOrder& order) {
  Client& asking = clients_[client];
  asking.ready.insert(order);
  refresh(asking);
}

void ClientTable::withdraw(const std::string& client, const ServingOrder& order) {
  Client& asking = clients_[client];
  asking.ready.erase(order);
  refresh(asking);
}

void ClientTable::take_slot(const std::string& client) {
  Client& holder = clients_[client];
  ++holder.slots;
  refresh(holder);
}

void ClientTable::give_slot_back(const std::string& client) {
  const auto found = clients_.find(client);
  if (found == clients_.end() || found->second.slots == 0) return;
  --found->second.slots;
  changed(client, found->second);
}

std::optional<ServingOrder> ClientTable::next() const {
  if (heads_.empty()) return std::nullopt;
  return *heads_.begin();
}

std::size_t ClientTable::slots(const std::string& client) const {
  const Client* found = find(client);
  return found == nullptr ? 0 : found->slots;
}

std::size_t ClientTable::waiting(const std::string& client) const {
  const Client* found = find(client);
  return found == nullptr ? 0 : found->waiting;
}

std::size_t ClientTable::releases_before(const std::string& client,
                                         const ServingOrder& order) const {
  const Client* found = find(client);
  if (found == nullptr) return 0;
  const std::size_t wanted = found->slots + found->ready.rank(order) + 1;
  return wanted > max_slots_ ? wanted - max_slots_ : 0;
}

const ClientTable::Client* ClientTable::find(const std::string& client) const {
  const auto found = clients_.find(client);
  return found == clients_.end() ? nullptr : &found->second;
}

void ClientTable::changed(const std::string& name, Client& client) {
  refresh(client);
  if (client.slots == 0 && client.waiting == 0) clients_.erase(name);
}

void ClientTable::refresh(Client& client) {
  std::optional<ServingOrder> first;
  if (client.slots < max_slots_ && !client.ready.empty()) first = client.ready.at(0);
  if (first == client.first) return;
  if (client.first) heads_.erase(*client.first);
  if (first) heads_.insert(*first);
  client.first = first;
}

}  // namespace berth::queue
