#include "vit/tasks/detect/objects.h"

#include "vit/core/error.h"

namespace vit {

std::shared_ptr<Annotations> ObjectCollator::allocate(
    std::int64_t rows, Size2 /*size*/, const torch::TensorOptions& /*memory*/) const {
  auto lists = std::make_shared<ObjectLists>();
  lists->objects.resize(static_cast<std::size_t>(rows));
  lists->sizes.resize(static_cast<std::size_t>(rows));
  lists->sources.resize(static_cast<std::size_t>(rows));
  return lists;
}

void ObjectCollator::put(Annotations& annotations, std::int64_t row, const Sample& sample) const {
  for (const Box& box : sample.boxes)
    if (box.label < 0 || box.label >= num_classes_)
      throw Error(ErrorKind::data, sample.source,
                  str("has a box of class ", box.label, ", and there are ", num_classes_,
                      " classes, counted from 0"),
                  "name all classes of the boxes, or correct the annotation");
  for (const Box& box : sample.boxes)
    if (masks_ && !box.mask)
      throw Error(ErrorKind::data, sample.source, "has an object without a mask",
                  "set task.masks to true, where the data has masks, or to false, to find boxes "
                  "alone");
  auto& lists = dynamic_cast<ObjectLists&>(annotations);
  const auto i = static_cast<std::size_t>(row);
  lists.objects[i] = sample.boxes;
  lists.sizes[i] = sample.placement.original;
  lists.sources[i] = sample.source;
}

}  // namespace vit
