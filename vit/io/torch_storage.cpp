#include "vit/io/torch_storage.h"

#include "vit/core/error.h"
#include "vit/core/text.h"

namespace vit {
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

}  // namespace vit
