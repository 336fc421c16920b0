#include <string_view>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/torch_numpy.h"
#include "vit/io/torch_tensors.h"

namespace vit {
namespace {

/// 0x1950a86a20f9469cfc6c, lowest byte first.
constexpr std::string_view kMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
constexpr std::int64_t kVersion = 1001;

[[noreturn]] void fail(const FileBytes& file, std::uint64_t offset, const std::string& what) {
  throw Error(ErrorKind::weights, printable_path(file.path()),
              str("at offset ", offset, ": ", what),
              "the file is damaged or not one of torch.save: fetch it again");
}

/// A file that does not begin with torch.save's magic number is somebody's own pickle: taken where
/// there are arrays in it.
TorchContent own_pickle(const FileBytes& file, Pickle pickle) {
  for (PickleRef ref = 0; ref < pickle.size(); ++ref)
    if (pickled_array(file, pickle, pickle[ref])) return {std::move(pickle), {}, false, true};
  throw Error(ErrorKind::weights, printable_path(file.path()),
              "this is a Python pickle, but torch.save did not write it: its magic number is "
              "missing at offset 0, and there are no arrays of NumPy in it",
              "load it with the program that wrote it, and save its tensors as safetensors");
}

void check_version(const FileBytes& file, PickleInput& input) {
  const std::uint64_t offset = input.position();
  const Pickle pickle = read_pickle(input);
  const PickleValue& version = pickle[pickle.root()];
  if (version.kind != PickleKind::integer || version.integer != kVersion)
    fail(file, offset, str("expected version ", kVersion, " of the format of torch.save"));
}

void check_system(const FileBytes& file, PickleInput& input) {
  const std::uint64_t offset = input.position();
  const Pickle pickle = read_pickle(input);
  const PickleValue& info = pickle[pickle.root()];
  if (info.kind != PickleKind::dict) fail(file, offset, "expected a description of the system");
  for (std::size_t i = 0; i < info.items.size(); i += 2) {
    const PickleValue& value = pickle[info.items[i + 1]];
    if (pickle[info.items[i]].text == "little_endian" && value.integer == 0)
      fail(file, offset, "it was written on a big-endian machine; only little-endian is read");
  }
}

/// The storages of the pickle, by key, with their place still unknown.
std::map<std::string, TorchStorageId> storages_of(const FileBytes& file, const Pickle& pickle) {
  std::map<std::string, TorchStorageId> ids;
  for (PickleRef ref = 0; ref < pickle.size(); ++ref) {
    const PickleValue& value = pickle[ref];
    if (value.kind != PickleKind::persistent) continue;
    const auto id = torch_storage_id(file, pickle, value);
    if (!id) continue;
    const auto [known, is_new] = ids.try_emplace(id->key, *id);
    if (!is_new && known->second.bytes() != id->bytes()) {
      fail_in_pickle(file, value,
                     str("the storage ", in_quotes(id->key),
                         " has another size than "
                         "elsewhere in the file"));
    }
  }
  return ids;
}

}  // namespace

TorchContent read_torch_legacy(const FileBytes& file) {
  PickleInput input(file, 0, file.size());
  Pickle first = read_pickle(input);
  const PickleValue& magic = first[first.root()];
  if (magic.kind != PickleKind::big_integer || magic.text != kMagic)
    return own_pickle(file, std::move(first));
  check_version(file, input);
  check_system(file, input);
  TorchContent content{read_pickle(input), {}, false};
  const auto ids = storages_of(file, content.pickle);

  const std::uint64_t keys_offset = input.position();
  const Pickle keys = read_pickle(input);
  if (keys[keys.root()].kind != PickleKind::list)
    fail(file, keys_offset, "expected the list of the keys of the storages");
  for (const PickleRef ref : keys[keys.root()].items) {
    const PickleValue& key = keys[ref];
    const auto found = ids.find(key.kind == PickleKind::integer ? str(key.integer) : key.text);
    if (found == ids.end())
      fail(file, key.offset, str("no tensor uses the storage ", in_quotes(key.text)));
    const TorchStorageId& id = found->second;
    const auto elements = input.number<std::uint64_t>();
    if (elements != id.elements) {
      fail(file, input.position() - 8,
           str("the storage ", in_quotes(id.key), " should have ", id.elements,
               " elements, and has ", elements));
    }
    if (id.bytes() > input.left()) {
      fail(file, input.position(),
           str("the storage ", in_quotes(id.key), " takes ", id.bytes(), " bytes, and ",
               input.left(), " are left: cut short"));
    }
    const TorchStorage storage{input.position(), id.bytes(), std::nullopt};
    if (!content.storages.try_emplace(id.key, storage).second)
      fail(file, key.offset, str("the storage ", in_quotes(id.key), " is there twice"));
    input.skip(id.bytes());
  }
  for (const auto& [key, id] : ids) {
    if (!content.storages.contains(key))
      fail(file, keys_offset, str("the storage ", in_quotes(key), " is missing"));
  }
  return content;
}

}  // namespace vit
