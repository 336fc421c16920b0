#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "vit/io/file.h"

namespace vit {

/// Unpacks a gzip file (RFC 1952, of one or more members) from its start to its end, and checks the
/// checksum and length of each member; libarchive, which unpacks the other kinds, checks neither.
class GzipReader {
 public:
  [[nodiscard]] static bool is_gzip(const FileBytes& file);

  /// `file` must outlive it.
  explicit GzipReader(const FileBytes& file);
  ~GzipReader();
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  /// Fills `into` with the next unpacked bytes; returns fewer only at the end. Throws Error(data)
  /// where the file is damaged, cut short, or has something else after its last member.
  std::size_t read(std::span<std::byte> into);
  /// How many bytes of the file have been read.
  [[nodiscard]] std::uint64_t packed_bytes() const noexcept { return position_; }

 private:
  struct State;
  [[noreturn]] void fail(const char* what) const;

  const FileBytes& file_;
  std::unique_ptr<State> state_;
  std::vector<std::byte> packed_;
  std::uint64_t position_ = 0;
  bool between_members_ = true;
};

}  // namespace vit
