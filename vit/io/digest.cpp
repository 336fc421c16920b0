#include "vit/io/digest.h"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <vector>

#include "vit/core/error.h"
#include "vit/io/file.h"

namespace vit {
namespace {

const EVP_MD* algorithm(DigestKind kind) {
  switch (kind) {
    case DigestKind::sha256: return EVP_sha256();
    case DigestKind::git_blob: return EVP_sha1();
    case DigestKind::md5: break;
  }
  return EVP_md5();
}

/// OpenSSL fails here where memory is short or the machine's policy forbids the algorithm.
void check_openssl(bool succeeded, DigestKind kind) {
  if (succeeded) return;
  throw Error(ErrorKind::resource, std::string(digest_name(kind)), "OpenSSL cannot compute it",
              "check the memory and the OpenSSL configuration of this machine");
}

}  // namespace

std::string_view digest_name(DigestKind kind) {
  switch (kind) {
    case DigestKind::sha256: return "SHA-256";
    case DigestKind::git_blob: return "git blob";
    case DigestKind::md5: break;
  }
  return "MD5";
}

std::string digest_of_file(const std::filesystem::path& path, DigestKind kind) {
  const FileBytes file = FileBytes::open(path);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  check_openssl(context && EVP_DigestInit_ex(context.get(), algorithm(kind), nullptr) == 1, kind);
  if (kind == DigestKind::git_blob) {
    const std::string start = str("blob ", file.size());
    EVP_DigestUpdate(context.get(), start.c_str(), start.size() + 1);  // with its zero byte
  }
  std::vector<std::byte> piece(std::size_t{1} << 20);
  for (std::uint64_t offset = 0;;) {
    const std::size_t count = file.read_some(offset, piece);
    check_openssl(EVP_DigestUpdate(context.get(), piece.data(), count) == 1, kind);
    if (count < piece.size()) break;
    offset += count;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  check_openssl(EVP_DigestFinal_ex(context.get(), digest.data(), &length) == 1, kind);
  static constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    hex += kHex[digest[i] >> 4];
    hex += kHex[digest[i] & 15];
  }
  return hex;
}

}  // namespace vit
