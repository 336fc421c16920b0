#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace vit {

/// How servers say what is in a file.
enum class DigestKind {
  sha256,
  git_blob,  ///< the name that git gives a file: SHA-1 of "blob SIZE\0" and the bytes
  md5,       ///< finds accidents, not attacks; what many data sets publish
};

struct Digest {
  DigestKind kind = DigestKind::sha256;
  std::string hex;  ///< lower case
};

/// `SHA-256`, `git blob`, `MD5`.
[[nodiscard]] std::string_view digest_name(DigestKind kind);

/// The digest of bytes that come in pieces.
class DigestSum {
 public:
  /// `size`: of all bytes, which a git blob begins with.
  explicit DigestSum(DigestKind kind = DigestKind::sha256, std::uint64_t size = 0);
  ~DigestSum();
  DigestSum(DigestSum&&) noexcept;
  DigestSum& operator=(DigestSum&&) noexcept;

  void update(std::span<const std::byte> bytes);
  /// Lower-case hexadecimal digits of everything so far.
  [[nodiscard]] std::string hex() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  DigestKind kind_;
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

[[nodiscard]] std::string digest_of(std::span<const std::byte> bytes,
                                    DigestKind kind = DigestKind::sha256);
/// Of a whole file, read in pieces; lower-case hexadecimal digits. Throws Error(resource).
[[nodiscard]] std::string digest_of_file(const std::filesystem::path& path, DigestKind kind);

}  // namespace vit
