#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "vit/io/file_descriptor.h"

namespace vit {

/// A file that only grows, by whole records: what `append` wrote is with the system when it
/// returns, so that a killed process loses nothing, and a record that did not fit on the disk
/// leaves no torn piece behind. Not for two writers at once.
class AppendFile {
 public:
  enum class Open { create_or_append, must_be_new };

  /// Throws Error (resource) where the file cannot be opened, or exists already and must be new.
  explicit AppendFile(std::filesystem::path file, Open how = Open::create_or_append);

  /// Throws Error (resource) where the disk is full or gone; the file is as before then.
  void append(std::string_view record);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  FileDescriptor fd_;
};

/// The whole of a text file; "" where there is none. Throws Error (resource) where it cannot be
/// read.
[[nodiscard]] std::string text_if_there(const std::filesystem::path& file);

}  // namespace vit
