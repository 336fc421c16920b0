#include "vit/augment/registry.h"

#include "vit/augment/center_crop.h"
#include "vit/augment/flip.h"
#include "vit/augment/random_crop.h"
#include "vit/augment/random_resized_crop.h"
#include "vit/augment/resize.h"
#include "vit/core/error.h"

namespace vit {
namespace {

template <class Op>
std::unique_ptr<AugmentOp> make() {
  return std::make_unique<Op>();
}

struct Entry {
  std::string_view name;
  std::unique_ptr<AugmentOp> (*make)();
};

// A new augmentation is one file and one line here.
constexpr Entry kOps[] = {
    {"center_crop", make<CenterCrop>}, {"hflip", make<HorizontalFlip>},
    {"random_crop", make<RandomCrop>}, {"random_resized_crop", make<RandomResizedCrop>},
    {"resize", make<Resize>},          {"vflip", make<VerticalFlip>},
};

}  // namespace

std::unique_ptr<AugmentOp> create_op(std::string_view name) {
  for (const Entry& entry : kOps)
    if (entry.name == name) return entry.make();
  return nullptr;
}

std::vector<std::string> op_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kOps) names.emplace_back(entry.name);
  return names;
}

AugmentList::AugmentList(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) add(name);
}

AugmentList::AugmentList(const AugmentList& other) : NamedList(other) {
  for (const auto& op : other.ops_) ops_.push_back(op->clone());
}

AugmentList& AugmentList::operator=(const AugmentList& other) {
  if (this != &other) *this = AugmentList(other);
  return *this;
}

void AugmentList::add(std::string_view name) {
  std::unique_ptr<AugmentOp> op = create_op(name);
  VIT_ASSERT(op != nullptr, name);
  ops_.push_back(std::move(op));
}

}  // namespace vit
