#pragma once

#include <initializer_list>
#include <string>
#include <utility>

namespace vit {

/// What a sample may hold beside its image.
enum class SamplePart : unsigned {
  label = 1,
  boxes = 2,
  mask = 4,
  caption = 8,
  object_masks = 16  ///< Box::mask
};

/// A set of them: what the samples of a data set hold, or what a task needs.
class SampleParts {
 public:
  constexpr SampleParts(std::initializer_list<SamplePart> parts) {
    for (const SamplePart part : parts) bits_ |= static_cast<unsigned>(part);
  }
  [[nodiscard]] constexpr bool has(SamplePart part) const noexcept {
    return (bits_ & static_cast<unsigned>(part)) != 0;
  }
  [[nodiscard]] constexpr bool has_all(const SampleParts& parts) const noexcept {
    return (bits_ & parts.bits_) == parts.bits_;
  }
  constexpr void remove(SamplePart part) noexcept { bits_ &= ~static_cast<unsigned>(part); }

  /// `label, caption`
  [[nodiscard]] std::string text() const {
    constexpr std::pair<SamplePart, const char*> kNames[] = {
        {SamplePart::label, "label"},
        {SamplePart::boxes, "boxes"},
        {SamplePart::object_masks, "masks of objects"},
        {SamplePart::mask, "mask"},
        {SamplePart::caption, "caption"}};
    std::string names;
    for (const auto& [part, name] : kNames)
      if (has(part)) names += (names.empty() ? "" : ", ") + std::string(name);
    return names;
  }

 private:
  unsigned bits_ = 0;
};

}  // namespace vit
