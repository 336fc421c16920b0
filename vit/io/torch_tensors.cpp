#include "vit/io/torch_tensors.h"

#include <algorithm>
#include <array>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/safetensors_header.h"

namespace vit {
namespace {

struct Row {
  TorchElement element;
  std::string_view storage;  // its class in torch; "" where tensors of this type have none
};

constexpr std::array kTable{
    Row{{"float32", 4, DType::F32}, "FloatStorage"},
    Row{{"float16", 2, DType::F16}, "HalfStorage"},
    Row{{"bfloat16", 2, DType::BF16}, "BFloat16Storage"},
    Row{{"float64", 8, DType::F64}, "DoubleStorage"},
    Row{{"int64", 8, DType::I64}, "LongStorage"},
    Row{{"int32", 4, DType::I32}, "IntStorage"},
    Row{{"int16", 2, DType::I16}, "ShortStorage"},
    Row{{"int8", 1, DType::I8}, "CharStorage"},
    Row{{"uint8", 1, DType::U8}, "ByteStorage"},
    Row{{"bool", 1, DType::BOOL}, "BoolStorage"},
    Row{{"complex64", 8, DType::C64}, "ComplexFloatStorage"},
    Row{{"complex128", 16, std::nullopt}, "ComplexDoubleStorage"},
    Row{{"qint8", 1, std::nullopt}, "QInt8Storage"},
    Row{{"quint8", 1, std::nullopt}, "QUInt8Storage"},
    Row{{"qint32", 4, std::nullopt}, "QInt32Storage"},
    Row{{"quint4x2", 1, std::nullopt}, "QUInt4x2Storage"},
    Row{{"quint2x4", 1, std::nullopt}, "QUInt2x4Storage"},
    Row{{"uint16", 2, DType::U16}, ""},
    Row{{"uint32", 4, DType::U32}, ""},
    Row{{"uint64", 8, DType::U64}, ""},
    Row{{"float8_e4m3fn", 1, DType::F8_E4M3}, ""},
    Row{{"float8_e5m2", 1, DType::F8_E5M2}, ""},
    Row{{"float8_e4m3fnuz", 1, DType::F8_E4M3FNUZ}, ""},
    Row{{"float8_e5m2fnuz", 1, DType::F8_E5M2FNUZ}, ""},
    Row{{"float8_e8m0fnu", 1, DType::F8_E8M0}, ""},
};

constexpr TorchElement kBytes{"uint8", 1, DType::U8};

/// Without "torch." or, of newer files, "torch.storage."; "" where neither is there.
std::string_view without_module(std::string_view global) {
  for (const std::string_view module : {"torch.storage.", "torch.cuda.", "torch."})
    if (global.starts_with(module)) return global.substr(module.size());
  return {};
}

}  // namespace

bool is_untyped_storage(std::string_view global) {
  return without_module(global) == "UntypedStorage";
}

const TorchElement* torch_storage_element(std::string_view global) {
  const std::string_view name = without_module(global);
  if (name == "UntypedStorage") return &kBytes;
  if (name.empty()) return nullptr;
  const auto* found = std::find_if(kTable.begin(), kTable.end(),
                                   [&](const Row& row) { return row.storage == name; });
  return found == kTable.end() ? nullptr : &found->element;
}

const TorchElement* torch_dtype_element(std::string_view global) {
  if (!global.starts_with("torch.")) return nullptr;
  const std::string_view name = global.substr(6);
  const auto* found = std::find_if(kTable.begin(), kTable.end(),
                                   [&](const Row& row) { return row.element.name == name; });
  return found == kTable.end() ? nullptr : &found->element;
}

namespace {

/// A number that may stand for a size in an id.
std::uint64_t size_of(const FileBytes& file, const Pickle& pickle, PickleRef ref) {
  const PickleValue& value = pickle[ref];
  if (value.kind != PickleKind::integer || value.integer < 0)
    fail_in_pickle(file, value, "expected the size of a storage, a whole number of 0 or more");
  return static_cast<std::uint64_t>(value.integer);
}

/// Torch writes keys as text; Python 2 wrote numbers too.
std::string key_of(const FileBytes& file, const PickleValue& value) {
  if (value.kind == PickleKind::text) return value.text;
  if (value.kind == PickleKind::integer) return str(value.integer);
  fail_in_pickle(file, value, "expected the key of a storage");
}

void read_view(const FileBytes& file, const Pickle& pickle, PickleRef ref, TorchStorageId& id) {
  const PickleValue& view = pickle[ref];
  id.view_elements = id.elements;
  if (view.kind == PickleKind::none) return;
  if (view.kind != PickleKind::tuple || view.items.size() != 3)
    fail_in_pickle(file, view, "expected a view of a storage: (key, offset, size)");
  id.view_offset = size_of(file, pickle, view.items[1]);
  id.view_elements = size_of(file, pickle, view.items[2]);
  if (id.view_offset > id.elements || id.view_elements > id.elements - id.view_offset)
    fail_in_pickle(file, view, str("a view ends after its storage of ", id.elements, " elements"));
}

}  // namespace

void fail_in_pickle(const FileBytes& file, const PickleValue& value, const std::string& what) {
  throw Error(ErrorKind::weights, printable_path(file.path()),
              str("its pickle is not sound at offset ", value.offset, ": ", what),
              "the file is damaged or not one of torch.save: fetch it again, or ask its author for "
              "a safetensors file");
}

std::optional<TorchStorageId> torch_storage_id(const FileBytes& file, const Pickle& pickle,
                                               const PickleValue& value) {
  const PickleValue& tuple = pickle[value.items.front()];
  if (tuple.kind != PickleKind::tuple || tuple.items.empty())
    fail_in_pickle(file, value, "expected the tuple of a persistent id");
  const PickleValue& what = pickle[tuple.items[0]];
  if (what.kind == PickleKind::text && what.text == "module") return std::nullopt;
  if (what.kind != PickleKind::text || what.text != "storage" || tuple.items.size() < 5 ||
      tuple.items.size() > 6)
    fail_in_pickle(file, value,
                   "expected the id of a storage: ('storage', class, key, device, size)");

  const PickleValue& type = pickle[tuple.items[1]];
  TorchStorageId id;
  id.key = key_of(file, pickle[tuple.items[2]]);
  if (type.kind == PickleKind::global) id.element = torch_storage_element(type.text);
  if (id.element == nullptr) {
    fail_in_pickle(
        file, type,
        str("storage ", in_quotes(id.key), " is of the unknown class ", in_quotes(type.text, 80)));
  }
  id.untyped = is_untyped_storage(type.text);
  id.elements = size_of(file, pickle, tuple.items[4]);
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(id.elements, id.element->bytes, &bytes)) {
    fail_in_pickle(file, value,
                   str("storage ", in_quotes(id.key), " of ", id.elements,
                       " elements is larger than any file"));
  }
  read_view(file, pickle, tuple.items.size() == 6 ? tuple.items[5] : 0, id);
  return id;
}

std::uint64_t TorchTensor::dense_bytes() const {
  return *layout.elements() * static_cast<std::uint64_t>(dtype_size_bits(dtype)) / 8;
}

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
