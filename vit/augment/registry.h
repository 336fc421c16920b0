#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vit/augment/op.h"

namespace vit {

/// The augmentation of this name with its default options; null where there is none.
[[nodiscard]] std::unique_ptr<AugmentOp> create_op(std::string_view name);
[[nodiscard]] std::vector<std::string> op_names();

/// Augmentations in the order in which they are applied: `[random_crop: {padding: 4}, hflip]`.
class AugmentList final : public NamedList {
 public:
  AugmentList() = default;
  AugmentList(std::initializer_list<std::string_view> names);
  AugmentList(const AugmentList& other);
  AugmentList(AugmentList&&) = default;
  AugmentList& operator=(const AugmentList& other);
  AugmentList& operator=(AugmentList&&) = default;

  [[nodiscard]] std::vector<std::string> known() const override { return op_names(); }
  void clear() override { ops_.clear(); }
  [[nodiscard]] std::size_t size() const override { return ops_.size(); }
  void add(std::string_view name) override;
  void add(std::unique_ptr<AugmentOp> op);
  [[nodiscard]] std::string_view name(std::size_t index) const override {
    return ops_[index]->name();
  }
  void describe(std::size_t index, FieldVisitor& visitor) override {
    ops_[index]->describe(visitor);
  }

  [[nodiscard]] const std::vector<std::unique_ptr<AugmentOp>>& ops() const { return ops_; }

 private:
  std::vector<std::unique_ptr<AugmentOp>> ops_;
};

}  // namespace vit
