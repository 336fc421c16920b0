#include "vit/io/torch_tensor.h"

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/safetensors_header.h"

namespace vit {
namespace {

std::vector<std::int64_t> numbers(const FileBytes& file, const Pickle& pickle, PickleRef ref,
                                  const char* what) {
  const PickleValue* list = &pickle[ref];
  // torch.Size((2, 3)) is a call in some files.
  if (list->kind == PickleKind::object && pickle.callee_name(*list) == "torch.Size" &&
      pickle.arguments(*list).size() == 1)
    list = &pickle[pickle.arguments(*list)[0]];
  if (list->kind != PickleKind::tuple && list->kind != PickleKind::list)
    fail_in_pickle(file, *list, str("expected the ", what, " of a tensor"));
  if (list->items.size() > kMaxRank) {
    fail_in_pickle(file, *list,
                   str("a tensor of ", list->items.size(), " dimensions; at most ", kMaxRank));
  }
  std::vector<std::int64_t> out;
  for (const PickleRef item : list->items) {
    const PickleValue& value = pickle[item];
    if (value.kind != PickleKind::integer || value.integer < 0) {
      fail_in_pickle(file, value,
                     str("the ", what, " of a tensor must be whole numbers of 0 or more",
                         value.kind == PickleKind::integer ? str(", found ", value.integer) : ""));
    }
    out.push_back(value.integer);
  }
  return out;
}

}  // namespace

TorchTensor view_of_storage(const FileBytes& file, const TorchContent& content,
                            const PickleValue& value, std::span<const PickleRef> arguments,
                            const TorchStorageId& id, const TorchElement& element) {
  const Pickle& pickle = content.pickle;
  const PickleValue& offset = pickle[arguments[1]];
  if (offset.kind != PickleKind::integer || offset.integer < 0)
    fail_in_pickle(file, offset, "the offset of a tensor must be a whole number of 0 or more");
  TorchTensor tensor;
  tensor.dtype = *element.dtype;
  tensor.storage = id.key;
  tensor.layout.shape = numbers(file, pickle, arguments[2], "dimensions");
  tensor.layout.strides = numbers(file, pickle, arguments[3], "strides");
  const auto& [shape, strides] = tensor.layout;
  if (shape.size() != strides.size()) {
    fail_in_pickle(
        file, value,
        str("a tensor of ", shape.size(), " dimensions with ", strides.size(), " strides"));
  }

  const auto first = static_cast<std::uint64_t>(offset.integer);
  const std::uint64_t available = id.view_elements * id.element->bytes / element.bytes;
  const auto span = tensor.layout.span();
  if (!tensor.layout.elements() || !span || first > available || *span > available - first) {
    fail_in_pickle(
        file, value,
        str("a tensor ends after its storage ", in_quotes(id.key), " of ", available, " elements"));
  }
  tensor.begin = content.storages.find(id.key)->second.begin + id.view_offset * id.element->bytes +
                 first * element.bytes;
  tensor.bytes = *span * element.bytes;
  // What is shorter than 2^63 elements may still be longer than 2^64 bytes.
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(*tensor.layout.elements(), element.bytes, &bytes))
    fail_in_pickle(file, value, "a tensor is larger than any memory");
  return tensor;
}

}  // namespace vit
