#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vit/io/torch_tensors.h"

namespace vit {

/// An open .pth, .pt, .bin or .ot file of torch.save, torch.jit.save or LibTorch C++: a zip
/// archive, or the older sequence of pickles; or a .pkl of pickle.dump, whose arrays of NumPy are
/// its tensors (detectron2's published weights).
///
/// Opening reads the pickle and checks every tensor in it against its storage; a tensor's bytes go
/// from the file into the caller's buffer and nowhere else. Nothing in the file is executed (see
/// read_pickle): everything that is not a tensor or a plain value stays an inert PickleValue.
class TorchFile {
 public:
  /// Throws Error(resource) where the file cannot be read and Error(weights) where it is damaged,
  /// was not written by torch.save, or calls functions.
  static TorchFile open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_.path(); }
  [[nodiscard]] std::uint64_t size_bytes() const noexcept { return file_.size(); }
  [[nodiscard]] bool is_zip() const noexcept { return is_zip_; }
  /// A TorchScript program (OpenAI's CLIP, an exported model) or an archive of LibTorch C++, whose
  /// modules are objects with their tensors as attributes. Its code is never looked at.
  [[nodiscard]] bool is_script() const noexcept { return content_.is_script; }
  [[nodiscard]] const Pickle& pickle() const noexcept { return content_.pickle; }

  /// A pickle of arrays of NumPy.
  [[nodiscard]] bool is_numpy() const noexcept { return content_.is_numpy; }
  /// The tensor that a value of the pickle is; null for other values.
  [[nodiscard]] const TorchTensor* tensor(PickleRef value) const;
  /// What a value is that torch would make a tensor of and this reader does not: "a sparse tensor";
  /// "" for other values.
  [[nodiscard]] std::string_view unreadable_tensor(PickleRef value) const;

  /// Reads a tensor of this file in C order; `into` has exactly its dense_bytes(). The checksum of
  /// its storage is compared where the file has one, once; so not for several threads at a time.
  void read(const TorchTensor& tensor, std::span<std::byte> into) const;

 private:
  TorchFile(FileBytes file, bool is_zip, TorchContent content);

  void build_tensors();
  void build_array(PickleRef ref);
  void build_tensor(PickleRef ref, std::string_view function, std::span<const PickleRef> arguments);
  void build_view(PickleRef ref, std::span<const PickleRef> arguments, bool names_dtype);
  void check_storage(const std::string& key, std::span<const std::byte> whole) const;
  void read_bytes(const TorchTensor& tensor, std::span<std::byte> into) const;

  FileBytes file_;
  bool is_zip_;
  TorchContent content_;
  std::map<PickleRef, TorchTensor> tensors_;
  std::map<PickleRef, std::string> unreadable_;
  mutable std::set<std::string, std::less<>> checked_;  // storages
};

}  // namespace vit
