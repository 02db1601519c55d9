#include "service/queue/ranked_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <random>
#include <set>
#include <vector>

namespace berth::queue {
namespace {

TEST(RankedSetTest, AgreesWithASortedListUnderRandomChanges) {
  std::mt19937 random(4'711);
  RankedSet<int> ranked;
  std::set<int> model;
  for (int step = 0; step < 20'000; ++step) {
    const int key = static_cast<int>(random() % 500);
    if (random() % 2 == 0) {
      ASSERT_EQ(ranked.insert(key), model.insert(key).second);
    } else {
      ASSERT_EQ(ranked.erase(key), model.erase(key) == 1);
    }
    ASSERT_EQ(ranked.size(), model.size());
    const int asked = static_cast<int>(random() % 500);
    const auto before = std::distance(model.begin(), model.lower_bound(asked));
    ASSERT_EQ(ranked.rank(asked), static_cast<std::size_t>(before));
    ASSERT_EQ(ranked.contains(asked), model.contains(asked));
    if (!model.empty()) {
      const std::size_t index = random() % model.size();
      ASSERT_EQ(ranked.at(index), *std::next(model.begin(), static_cast<std::ptrdiff_t>(index)));
    }
  }
}

struct CountingLess {
  std::size_t* count;
  bool operator()(std::size_t a, std::size_t b) const {
    ++*count;
    return a < b;
  }
};

/// The most comparisons that any one operation took on a set of `size` keys.
std::size_t dearest_operation(std::size_t size, const std::vector<std::size_t>& keys) {
  std::size_t comparisons = 0;
  std::size_t most = 0;
  RankedSet<std::size_t, CountingLess> ranked(CountingLess{&comparisons});
  const auto measure = [&](auto operation) {
    comparisons = 0;
    operation();
    most = std::max(most, comparisons);
  };
  for (std::size_t i = 0; i < size; ++i) ranked.insert(keys[i]);
  for (std::size_t i = 0; i < size; i += size / 100) {
    measure([&] { ranked.rank(keys[i]); });
    measure([&] { ranked.erase(keys[i]); });
    measure([&] { ranked.insert(keys[i]); });
  }
  return most;
}

/// Counted, not timed: a hundred thousand keys cost about log2(100000) / log2(100) = 2.5 times as
/// much as a hundred, also when they come in order, as arrivals do.
TEST(RankedSetTest, CostGrowsWithTheLogarithm) {
  std::vector<std::size_t> keys(100'000);
  std::generate(keys.begin(), keys.end(), [next = std::size_t{0}]() mutable { return next++; });
  for (const bool shuffled : {false, true}) {
    if (shuffled) std::shuffle(keys.begin(), keys.end(), std::mt19937(7));
    const std::size_t few = dearest_operation(100, keys);
    const std::size_t many = dearest_operation(100'000, keys);
    EXPECT_LE(many, 5 * few);
    EXPECT_LE(many, 300) << "a linear step would be 100,000";
  }
}

}  // namespace
}  // namespace berth::queue
