#pragma once

#include <filesystem>
#include <string>
#include <string_view>

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

/// Of a whole file, read in pieces; lower-case hexadecimal digits. Throws Error(resource).
[[nodiscard]] std::string digest_of_file(const std::filesystem::path& path, DigestKind kind);

}  // namespace vit
