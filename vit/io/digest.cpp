#include "vit/io/digest.h"

#include <openssl/evp.h>

#include <array>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/hex.h"
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

void DigestSum::Free::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

DigestSum::DigestSum(DigestKind kind, std::uint64_t size)
    : kind_(kind), context_(EVP_MD_CTX_new()) {
  check_openssl(context_ && EVP_DigestInit_ex(context_.get(), algorithm(kind), nullptr) == 1, kind);
  if (kind != DigestKind::git_blob) return;
  const std::string start = str("blob ", size);
  update(std::as_bytes(std::span(start.c_str(), start.size() + 1)));  // with its zero byte
}
DigestSum::~DigestSum() = default;
DigestSum::DigestSum(DigestSum&&) noexcept = default;
DigestSum& DigestSum::operator=(DigestSum&&) noexcept = default;

void DigestSum::update(std::span<const std::byte> bytes) {
  check_openssl(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, kind_);
}

std::string DigestSum::hex() const {
  // Finishing ends a computation, so it is done on a copy and more bytes may follow.
  const std::unique_ptr<evp_md_ctx_st, Free> copy(EVP_MD_CTX_new());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  check_openssl(copy && EVP_MD_CTX_copy_ex(copy.get(), context_.get()) == 1 &&
                    EVP_DigestFinal_ex(copy.get(), digest.data(), &length) == 1,
                kind_);
  return hex_digits(std::span<const unsigned char>(digest).first(length));
}

std::string digest_of(std::span<const std::byte> bytes, DigestKind kind) {
  DigestSum sum(kind, bytes.size());
  sum.update(bytes);
  return sum.hex();
}

std::string digest_of_file(const std::filesystem::path& path, DigestKind kind) {
  const FileBytes file = FileBytes::open(path);
  DigestSum sum(kind, file.size());
  std::vector<std::byte> piece(std::size_t{1} << 20);
  for (std::uint64_t offset = 0;;) {
    const std::size_t count = file.read_some(offset, piece);
    sum.update(std::span(piece).first(count));
    if (count < piece.size()) return sum.hex();
    offset += count;
  }
}

}  // namespace vit
