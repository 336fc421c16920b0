#include "vit/text/merge_table.h"

#include <algorithm>
#include <utility>

namespace vit {

namespace {

std::size_t hash_of(std::uint32_t left, std::uint32_t right) {
  const std::uint64_t key =
      (static_cast<std::uint64_t>(left) << 32 | right) * 0x9E3779B97F4A7C15ULL;
  return static_cast<std::size_t>(key ^ key >> 32);
}

}  // namespace

const MergeTable::Slot& MergeTable::find(std::uint32_t left, std::uint32_t right) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash_of(left, right) & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.merged == kFree || (slot.left == left && slot.right == right)) return slot;
  }
}

void MergeTable::add(std::uint32_t left, std::uint32_t right, std::uint32_t rank,
                     std::uint32_t merged) {
  if (taken_ * 2 >= slots_.size()) grow();
  auto& slot = const_cast<Slot&>(find(left, right));
  if (slot.merged == kFree) ++taken_;
  slot = {left, right, rank, merged};
}

void MergeTable::grow() {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
  for (const Slot& slot : old)
    if (slot.merged != kFree) const_cast<Slot&>(find(slot.left, slot.right)) = slot;
}

/// A pair that may be merged: its left symbol, what it would become, and how long both are
/// together. Symbols only grow, so that a pair of another length is another one.
struct MergeTable::Candidate {
  std::uint32_t rank, at, merged, length;
  /// For a heap whose top comes first.
  friend bool operator<(const Candidate& a, const Candidate& b) {
    return a.rank != b.rank ? a.rank > b.rank : a.at > b.at;
  }
};

void MergeTable::apply(std::vector<TextSymbol>& symbols) const {
  const auto count = static_cast<std::uint32_t>(symbols.size());
  if (count < 2) return;
  // Symbols stay where they are, the right half of a merge with length 0; links skip those.
  static thread_local std::vector<std::uint32_t> before, behind;
  static thread_local std::vector<Candidate> heap;
  before.resize(count);
  behind.resize(count);
  heap.clear();
  const auto consider = [&](std::uint32_t at) {
    const TextSymbol &left = symbols[at], &right = symbols[behind[at]];
    const Slot& slot = find(left.id, right.id);
    if (slot.merged != kFree)
      heap.push_back({slot.rank, at, slot.merged, left.length + right.length});
    return slot.merged != kFree;
  };
  for (std::uint32_t i = 0; i < count; ++i) {
    before[i] = i - 1;  // of the first: never read
    behind[i] = i + 1;
  }
  for (std::uint32_t i = 0; i + 1 < count; ++i) consider(i);
  std::make_heap(heap.begin(), heap.end());
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end());
    const Candidate best = heap.back();
    heap.pop_back();
    TextSymbol& left = symbols[best.at];
    const std::uint32_t next = behind[best.at];
    if (left.length == 0 || next == count) continue;
    TextSymbol& right = symbols[next];
    if (left.length + right.length != best.length) continue;  // one of the two has grown since
    left = {best.merged, left.length + right.length};
    right.length = 0;
    const std::uint32_t far = behind[best.at] = behind[next];
    if (far != count) {
      before[far] = best.at;
      if (consider(best.at)) std::push_heap(heap.begin(), heap.end());
    }
    if (best.at != 0 && consider(before[best.at])) std::push_heap(heap.begin(), heap.end());
  }
  std::erase_if(symbols, [](const TextSymbol& symbol) { return symbol.length == 0; });
}

}  // namespace vit
