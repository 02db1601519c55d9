#include "api/mcp/link_server.h"

#include <algorithm>
#include <utility>

#include "api/http/problem.h"
#include "service/core/ids.h"

namespace berth::api_mcp {
namespace {

std::string key_of(const core::Caller& caller) {
  return caller.identity.principal + '\n' + caller.client_id;
}

}  // namespace

LinkServer::LinkServer(loop::Loop& loop, const mcp::Server& server, core::Connections& connections,
                       const core::Clock& clock, LinkLimits limits)
    : loop_(loop),
      server_(server),
      connections_(connections),
      clock_(clock),
      limits_(limits),
      epoch_(core::random_base32_128()),
      sweep_(loop) {
  const auto every = std::max(limits_.keep / 10, std::chrono::milliseconds(10));
  sweep_.start_repeating(every, [this] { expire(); });
}

LinkServer::~LinkServer() = default;

void LinkServer::add_routes(http::Router& router) {
  router.add(http::Method::get, "/bridge", {},
             [this](const std::shared_ptr<http::Exchange>& exchange) { open(exchange); });
}

void LinkServer::open(const std::shared_ptr<http::Exchange>& exchange) {
  const http::Request& request = exchange->request();
  const std::string protocol(net::kLinkProtocol);
  if (!request.wants_upgrade(protocol)) {
    return exchange->respond(http::upgrade_required(
        protocol, "This is for bridges: Connection: Upgrade, Upgrade: " + protocol,
        exchange->caller().correlation_id));
  }
  if (!request.header("Berth-Client-Id")) {
    return exchange->fail(
        {core::ErrorCode::invalid_argument, "Berth-Client-Id is required", "Berth-Client-Id", {}});
  }
  auto attachment = std::make_unique<Attachment>();
  attachment->caller = exchange->caller();
  attachment->peer = request.peer;
  attachment->acknowledge_timer = std::make_unique<loop::Timer>(loop_);
  auto upgraded = exchange->upgrade({{"Upgrade", protocol}});
  if (!upgraded) return;
  Attachment& it = *attachment;
  attachments_.emplace(&it, std::move(attachment));
  it.link = std::make_shared<Link>(
      loop_, std::move(*upgraded), limits_,
      Link::Events{[this, &it](const net::LinkHello& hello) { greet(it, hello); },
                   [this, &it](std::uint64_t number, std::string_view message) {
                     take(it, number, message);
                   },
                   [&it](std::uint64_t number) {
                     if (it.client == nullptr) return;
                     const auto known = it.client->acknowledge(number);
                     if (!known) it.link->drop(known.error().message);
                   },
                   [this, &it] { after_batch(it); },
                   [this, &it](const std::string& reason, bool said) { ended(it, reason, said); }});
  it.link->start();
}

void LinkServer::greet(Attachment& attachment, const net::LinkHello& hello) {
  Link& link = *attachment.link;  // held by whoever calls
  if (hello.client_id != attachment.caller.client_id) {
    return link.close("client_id is not the one of Berth-Client-Id", false);
  }
  bool resumed = false;
  Client* client = resume_or_begin(attachment, hello, resumed);
  if (client == nullptr) return link.close("too many bridges are connected", true);
  net::LinkHello answer;
  answer.epoch = epoch_;
  answer.received = client->state.received();
  answer.resumed = resumed;
  attachment.acknowledged = answer.received;
  std::string frame;
  net::append_service_hello(frame, answer);
  link.write(std::move(frame));
  if (attachments_.contains(&attachment)) attach(attachment, *client);  // else it broke just now
}

LinkServer::Client* LinkServer::resume_or_begin(const Attachment& attachment,
                                                const net::LinkHello& hello, bool& resumed) {
  const std::string key = key_of(attachment.caller);
  if (const auto found = clients_.find(key); found != clients_.end()) {
    Client& client = *found->second;
    // The bridge comes back only when it holds its old link for dead.
    if (client.attachment != nullptr) client.attachment->link->drop("replaced by a new link");
    resumed = hello.epoch == epoch_ && !client.state.overflowed() &&
              client.state.acknowledge(hello.received).has_value();
    if (resumed) return &client;
    clients_.erase(found);  // its calls go on; the bridge asks again for those it waits for
  }
  if (!make_room()) return nullptr;
  return clients_.emplace(key, std::make_unique<Client>(server_, limits_)).first->second.get();
}

void LinkServer::attach(Attachment& attachment, Client& client) {
  core::ConnectionRecord record =
      core::new_connection("bridge", attachment.caller, attachment.peer);
  const core::ConnectionId id = record.id;
  attachment.caller.connection_id = id;
  attachment.client = &client.state;
  client.attachment = &attachment;
  connections_.opened(std::move(record),
                      [this, id](const std::string& reason) { kill(id, reason); });
  client.state.attach({[&attachment, link = std::weak_ptr(attachment.link)](std::string frames) {
                         if (const auto open = link.lock()) write(attachment, std::move(frames));
                       },
                       [link = std::weak_ptr(attachment.link)] {
                         if (const auto open = link.lock()) open->drop("the bridge does not read");
                       }});
}

void LinkServer::take(Attachment& attachment, std::uint64_t number, std::string_view message) {
  if (attachment.client == nullptr) return;
  core::Caller caller = attachment.caller;
  caller.correlation_id = core::CorrelationId::make();
  attachment.client->receive(number, message, std::move(caller));
}

void LinkServer::after_batch(Attachment& attachment) {
  if (attachment.client == nullptr) return;
  const std::uint64_t received = attachment.client->received();
  if (attachment.acknowledged == received) return;
  const mcp::Peer& peer = attachment.client->peer();
  const auto revision = peer.latest_revision();
  connections_.described(attachment.caller.connection_id, peer.client().name, peer.client().version,
                         std::string(revision ? mcp::to_string(*revision) : ""));
  // Waits for an answer to go with, but not for long nor for many.
  if (received - attachment.acknowledged >= net::kLinkAcknowledgeEvery) {
    return write(attachment, {});
  }
  if (!attachment.acknowledge_timer->active()) {
    attachment.acknowledge_timer->start(std::chrono::milliseconds(net::kLinkAcknowledgeMs),
                                        [&attachment] { write(attachment, {}); });
  }
}

/// Sends what has to be acknowledged along with the frames.
void LinkServer::write(Attachment& attachment, std::string frames) {
  if (attachment.client != nullptr) {
    const std::uint64_t received = attachment.client->received();
    if (std::exchange(attachment.acknowledged, received) != received) {
      net::append_acknowledge(frames, received);
    }
  }
  attachment.acknowledge_timer->cancel();
  if (!frames.empty()) attachment.link->write(std::move(frames));
}

void LinkServer::ended(Attachment& attachment, const std::string& reason, bool said) {
  const auto node = attachments_.extract(&attachment);
  const bool was_linked = attachment.client != nullptr;
  detach(attachment, reason);
  // A goodbye says that the bridge's own client is gone: nobody will ask for anything.
  if (said && was_linked) clients_.erase(key_of(attachment.caller));
}

void LinkServer::kill(const core::ConnectionId& id, const std::string& reason) {
  const auto found = std::ranges::find_if(attachments_, [&](const auto& entry) {
    return entry.first->caller.connection_id == id && entry.first->client != nullptr;
  });
  if (found == attachments_.end()) return;
  Attachment& attachment = *found->second;
  attachment.client->peer().cancel_all(reason);
  attachment.link->close(reason, false);
  detach(attachment, reason);
  clients_.erase(key_of(attachment.caller));
}

void LinkServer::detach(Attachment& attachment, const std::string& reason) {
  if (std::exchange(attachment.client, nullptr) == nullptr) return;
  if (const auto found = clients_.find(key_of(attachment.caller)); found != clients_.end()) {
    Client& client = *found->second;
    client.state.detach();
    client.attachment = nullptr;
    client.left_at = clock_.instant();
  }
  connections_.closed(attachment.caller.connection_id, reason);
}

void LinkServer::stop(const std::string& reason) {
  for (const auto& [key, attachment] : attachments_) {
    attachment->link->close(reason, true);
    detach(*attachment, reason);
  }
}

bool LinkServer::make_room() {
  if (clients_.size() < limits_.clients) return true;
  auto oldest = clients_.end();
  for (auto it = clients_.begin(); it != clients_.end(); ++it) {
    if (it->second->attachment != nullptr) continue;
    if (oldest == clients_.end() || it->second->left_at < oldest->second->left_at) oldest = it;
  }
  if (oldest == clients_.end()) return false;
  clients_.erase(oldest);
  return true;
}

void LinkServer::expire() {
  const core::Instant now = clock_.instant();
  std::erase_if(clients_, [&](const auto& entry) {
    const Client& client = *entry.second;
    return client.attachment == nullptr && now - client.left_at >= limits_.keep;
  });
}

}  // namespace berth::api_mcp
