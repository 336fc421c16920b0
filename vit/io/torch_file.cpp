#include "vit/io/torch_file.h"

#include <algorithm>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/checksum.h"
#include "vit/io/torch_numpy.h"
#include "vit/io/zip_directory.h"

namespace vit {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 18;  // stays in the cache between read and sum
constexpr std::string_view kUtils = "torch._utils.";

}  // namespace

TorchFile::TorchFile(FileBytes file, bool is_zip, TorchContent content)
    : file_(std::move(file)), is_zip_(is_zip), content_(std::move(content)) {
  build_tensors();
}

TorchFile TorchFile::open(const std::filesystem::path& path) {
  FileBytes file = FileBytes::open(path);
  const bool is_zip = ZipDirectory::is_zip(file);
  TorchContent content = is_zip ? read_torch_zip(file) : read_torch_legacy(file);
  return {std::move(file), is_zip, std::move(content)};
}

const TorchTensor* TorchFile::tensor(PickleRef value) const {
  const auto found = tensors_.find(value);
  return found == tensors_.end() ? nullptr : &found->second;
}

std::string_view TorchFile::unreadable_tensor(PickleRef value) const {
  const auto found = unreadable_.find(value);
  return found == unreadable_.end() ? std::string_view() : found->second;
}

/// A value lies behind those that it is made of, so one pass in their order builds all tensors.
void TorchFile::build_tensors() {
  const Pickle& pickle = content_.pickle;
  for (PickleRef ref = 0; ref < pickle.size(); ++ref) {
    const PickleValue& value = pickle[ref];
    if (value.kind != PickleKind::object) continue;
    if (is_numpy())
      build_array(ref);
    else
      build_tensor(ref, pickle.callee_name(value), pickle.arguments(value));
  }
}

void TorchFile::build_array(PickleRef ref) {
  const auto array = pickled_array(file_, content_.pickle, content_.pickle[ref]);
  if (!array) return;
  if (!array->tensor) {
    unreadable_.emplace(ref, array->unreadable);
    return;
  }
  content_.storages.try_emplace(array->tensor->storage,
                                TorchStorage{array->tensor->begin, array->tensor->bytes, {}});
  tensors_.insert_or_assign(ref, *array->tensor);
}

void TorchFile::build_tensor(PickleRef ref, std::string_view function,
                             std::span<const PickleRef> arguments) {
  const Pickle& pickle = content_.pickle;
  if (function == "torch._tensor._rebuild_from_type_v2") {
    // (function, type, its arguments, state): a tensor with attributes, or of a derived class.
    if (arguments.size() != 4 || pickle[arguments[0]].kind != PickleKind::global ||
        pickle[arguments[0]].text == function || pickle[arguments[2]].kind != PickleKind::tuple)
      fail_in_pickle(file_, pickle[ref], "a call of _rebuild_from_type_v2 is not sound");
    return build_tensor(ref, pickle[arguments[0]].text, pickle[arguments[2]].items);
  }
  if (!function.starts_with(kUtils)) return;
  function.remove_prefix(kUtils.size());
  if (function == "_rebuild_parameter" || function == "_rebuild_parameter_with_state") {
    if (arguments.size() < 2) fail_in_pickle(file_, pickle[ref], "a parameter without its tensor");
    if (const auto data = tensors_.find(arguments[0]); data != tensors_.end())
      tensors_.insert_or_assign(ref, data->second);
    else if (const auto reason = unreadable_.find(arguments[0]); reason != unreadable_.end())
      unreadable_.insert_or_assign(ref, reason->second);
    else
      fail_in_pickle(file_, pickle[ref], "a parameter whose data is no tensor");
  } else if (function == "_rebuild_tensor" || function == "_rebuild_tensor_v2") {
    build_view(ref, arguments, false);
  } else if (function == "_rebuild_tensor_v3") {
    build_view(ref, arguments, true);
  } else if (function.starts_with("_rebuild_") &&
             function.find("tensor") != std::string_view::npos) {
    unreadable_.emplace(ref, str("a tensor that torch makes with ", printable(function, 60)));
  }
}

void TorchFile::build_view(PickleRef ref, std::span<const PickleRef> arguments, bool names_dtype) {
  const Pickle& pickle = content_.pickle;
  const PickleValue& value = pickle[ref];
  constexpr std::size_t kDTypeArgument = 6;
  if (arguments.size() < (names_dtype ? kDTypeArgument + 1 : 4))
    fail_in_pickle(file_, value, "a tensor is rebuilt from too few arguments");
  const PickleValue& storage = pickle[arguments[0]];
  if (storage.kind != PickleKind::persistent)
    fail_in_pickle(file_, storage, "expected the storage of a tensor");
  const auto id = torch_storage_id(file_, pickle, storage);
  if (!id) fail_in_pickle(file_, storage, "expected the storage of a tensor");

  const TorchElement* element = id->element;
  if (names_dtype) {
    const PickleValue& type = pickle[arguments[kDTypeArgument]];
    element = type.kind == PickleKind::global ? torch_dtype_element(type.text) : nullptr;
    if (element == nullptr)
      fail_in_pickle(file_, type, str("unknown type of elements ", in_quotes(type.text, 80)));
  }
  if (element->dtype)
    tensors_.insert_or_assign(ref,
                              view_of_storage(file_, content_, value, arguments, *id, *element));
  else
    unreadable_.insert_or_assign(ref, str("a tensor of ", element->name));
}

void TorchFile::check_storage(const std::string& key, std::span<const std::byte> whole) const {
  const TorchStorage& storage = content_.storages.find(key)->second;
  if (!storage.crc || checked_.contains(key)) return;
  Crc32 crc;
  crc.update(whole);
  std::vector<std::byte> piece(whole.empty() ? kPiece : 0);
  for (std::uint64_t done = whole.size(); done < storage.bytes;) {
    const auto part = std::span(piece).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, storage.bytes - done)));
    file_.read(storage.begin + done, part);
    crc.update(part);
    done += part.size();
  }
  if (crc.value() != *storage.crc) {
    throw Error(ErrorKind::weights, printable_path(path()),
                str("the storage ", in_quotes(key), " at offset ", storage.begin,
                    " is damaged: its CRC-32 is not what the archive says"),
                "fetch the file again");
  }
  checked_.insert(key);
}

void TorchFile::read_bytes(const TorchTensor& tensor, std::span<std::byte> into) const {
  if (file_.read_some(tensor.begin, into) == into.size()) return;
  throw Error(ErrorKind::weights, printable_path(path()),
              str("the storage ", in_quotes(tensor.storage), " at offset ", tensor.begin,
                  ": the file was cut short while it was read"),
              "check that nothing else writes to the file, and fetch it again");
}

void TorchFile::read(const TorchTensor& tensor, std::span<std::byte> into) const {
  VIT_ASSERT(into.size() == tensor.dense_bytes(), into.size(), " bytes given");
  const TorchStorage& storage = content_.storages.find(tensor.storage)->second;
  const bool is_whole = tensor.layout.is_dense() && tensor.bytes == storage.bytes;
  if (!is_whole) check_storage(tensor.storage, {});
  if (tensor.layout.is_dense()) {
    read_bytes(tensor, into);
    if (is_whole) check_storage(tensor.storage, into);
    return;
  }
  std::vector<std::byte> span(tensor.bytes);
  read_bytes(tensor, span);
  copy_to_dense(tensor.layout, static_cast<std::size_t>(dtype_size_bits(tensor.dtype)) / 8, span,
                into);
}

}  // namespace vit
