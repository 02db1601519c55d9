#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace berth::queue {

/// An ordered set that also knows how many keys stand before a given one. Insert, erase, rank and
/// at take O(log n) comparisons (expected; at 100,000 keys about 40). std::set would have to count.
///
/// A treap (Seidel and Aragon, 1996): a search tree by key that is a heap by a random priority,
/// which keeps it flat whatever order the keys come in. Priorities come from a fixed seed: keys are
/// given by us, not by an opponent, and a run can be repeated.
template <class Key, class Less = std::less<Key>>
class RankedSet {
 public:
  explicit RankedSet(Less less = {}) : less_(std::move(less)) {}

  std::size_t size() const { return size_of(root_); }
  bool empty() const { return root_ == nullptr; }

  bool contains(const Key& key) const {
    const Node* node = root_.get();
    while (node != nullptr) {
      if (less_(key, node->key)) {
        node = node->left.get();
      } else if (less_(node->key, key)) {
        node = node->right.get();
      } else {
        return true;
      }
    }
    return false;
  }

  /// False if it is there already.
  bool insert(Key key) {
    if (contains(key)) return false;
    auto added = std::make_unique<Node>(std::move(key), next_priority());
    Link* link = &root_;
    while (*link != nullptr && (*link)->priority >= added->priority) {
      ++(*link)->size;
      link = less_(added->key, (*link)->key) ? &(*link)->left : &(*link)->right;
    }
    auto [before, after] = split(std::move(*link), added->key);
    added->left = std::move(before);
    added->right = std::move(after);
    update(*added);
    *link = std::move(added);
    return true;
  }

  /// False if it is not there.
  bool erase(const Key& key) {
    if (!contains(key)) return false;
    Link* link = &root_;
    for (;;) {
      --(*link)->size;
      if (less_(key, (*link)->key)) {
        link = &(*link)->left;
      } else if (less_((*link)->key, key)) {
        link = &(*link)->right;
      } else {
        *link = merge(std::move((*link)->left), std::move((*link)->right));
        return true;
      }
    }
  }

  /// How many keys stand before `key`, which need not be in the set.
  std::size_t rank(const Key& key) const {
    std::size_t before = 0;
    const Node* node = root_.get();
    while (node != nullptr) {
      if (less_(node->key, key)) {
        before += size_of(node->left) + 1;
        node = node->right.get();
      } else {
        node = node->left.get();
      }
    }
    return before;
  }

  /// The key with `index` keys before it. Needs index < size().
  const Key& at(std::size_t index) const {
    const Node* node = root_.get();
    for (;;) {
      const std::size_t before = size_of(node->left);
      if (index == before) return node->key;
      if (index < before) {
        node = node->left.get();
      } else {
        index -= before + 1;
        node = node->right.get();
      }
    }
  }

 private:
  struct Node;
  using Link = std::unique_ptr<Node>;

  struct Node {
    Node(Key node_key, std::uint64_t node_priority)
        : key(std::move(node_key)), priority(node_priority) {}

    Key key;
    std::uint64_t priority;  // not below its children's
    std::size_t size = 1;    // of the tree below and with it
    Link left;
    Link right;
  };

  static std::size_t size_of(const Link& link) { return link == nullptr ? 0 : link->size; }
  static void update(Node& node) { node.size = size_of(node.left) + size_of(node.right) + 1; }

  /// What stands before `key`, and the rest.
  std::pair<Link, Link> split(Link node, const Key& key) {
    if (node == nullptr) return {};
    if (less_(node->key, key)) {
      auto [before, after] = split(std::move(node->right), key);
      node->right = std::move(before);
      update(*node);
      return {std::move(node), std::move(after)};
    }
    auto [before, after] = split(std::move(node->left), key);
    node->left = std::move(after);
    update(*node);
    return {std::move(before), std::move(node)};
  }

  /// One tree of two, all of whose keys in `before` stand before those in `after`.
  static Link merge(Link before, Link after) {
    if (before == nullptr) return after;
    if (after == nullptr) return before;
    if (before->priority >= after->priority) {
      before->right = merge(std::move(before->right), std::move(after));
      update(*before);
      return before;
    }
    after->left = merge(std::move(before), std::move(after->left));
    update(*after);
    return after;
  }

  /// SplitMix64 (Steele, Lea and Flood, 2014).
  std::uint64_t next_priority() {
    std::uint64_t mixed = (seed_ += 0x9e3779b97f4a7c15U);
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }

  Less less_;
  Link root_;
  std::uint64_t seed_ = 0;
};

}  // namespace berth::queue
