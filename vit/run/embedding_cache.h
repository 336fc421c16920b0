#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vit {

/// What a model makes of a folder's images, kept in a hidden file of that folder so that the next
/// search embeds only what is new. An image counts as the same while its path below the folder, its
/// size and its time of change are.
class EmbeddingCache {
 public:
  /// `key`: all that the numbers depend on beside the images, that is weights, preprocessing and
  /// types. Reads the folder's file for this key; one that is damaged, or of another key, is told
  /// to the log and begun anew. Never fails: without a file that can be read nothing is known.
  EmbeddingCache(std::filesystem::path folder, std::string key);

  /// The embedding of an image of the folder; null where it is not known or has changed.
  [[nodiscard]] const std::vector<float>* find(const std::filesystem::path& image) const;
  /// Keeps the embedding of an image of the folder. Throws Error (data) where it has another width
  /// than the others.
  void put(const std::filesystem::path& image, std::vector<float> embedding);
  /// Writes what is known so far, where there is something new. A folder that cannot be written to
  /// is told to the log, once.
  void keep();
  /// The same without the images that have been neither found nor put since it was opened.
  void save();

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  struct Entry {
    std::int64_t size = 0, changed = 0;  // bytes; ticks of the file system's clock
    std::vector<float> values;
    mutable bool used = false;
  };
  void read();
  [[nodiscard]] std::string name_of(const std::filesystem::path& image) const;

  std::filesystem::path folder_, file_;
  std::string key_;
  std::map<std::string, Entry> entries_;  // by the path below the folder
  bool changed_ = false, cannot_ = false;
};

}  // namespace vit
