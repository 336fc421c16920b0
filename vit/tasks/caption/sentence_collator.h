#pragma once

#include <cstdint>

#include "vit/tasks/texts.h"

namespace vit {

/// Collects captions, and chooses those of a batch whose words are to be said all at once, with no
/// word given: a share of them on average, by (seed, epoch, sample).
class SentenceCollator final : public TextCollator {
 public:
  SentenceCollator(TextInput input, double parallel, std::uint64_t seed)
      : TextCollator(std::move(input)), parallel_(parallel), seed_(seed) {}
  void finish(Batch& batch, std::int64_t epoch, std::int64_t number) const override;

 private:
  double parallel_;
  std::uint64_t seed_;
};

}  // namespace vit
