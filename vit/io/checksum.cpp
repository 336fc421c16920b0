#include "vit/io/checksum.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <array>
#include <vector>

#include "vit/core/error.h"
#include "vit/io/file.h"

namespace vit {
namespace {

std::string hex_digits(std::span<const unsigned char> bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

/// OpenSSL fails here where memory is short or the machine's policy forbids the algorithm.
void check_openssl(bool succeeded) {
  if (succeeded) return;
  throw Error(ErrorKind::resource, "SHA-256", "OpenSSL cannot compute it",
              "check the memory and the OpenSSL configuration of this machine");
}

}  // namespace

void Crc32::update(std::span<const std::byte> bytes) noexcept {
  if (bytes.empty()) return;  // zlib takes a null pointer for a request to start anew
  value_ = static_cast<std::uint32_t>(
      crc32_z(value_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

std::string Crc32::hex() const {
  const std::array<unsigned char, 4> big_endian{
      static_cast<unsigned char>(value_ >> 24), static_cast<unsigned char>(value_ >> 16),
      static_cast<unsigned char>(value_ >> 8), static_cast<unsigned char>(value_)};
  return hex_digits(big_endian);
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  check_openssl(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  check_openssl(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex() const {
  // Finishing ends a computation, so it is done on a copy and more bytes may follow.
  const std::unique_ptr<evp_md_ctx_st, Free> copy(EVP_MD_CTX_new());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  check_openssl(copy && EVP_MD_CTX_copy_ex(copy.get(), context_.get()) == 1 &&
                EVP_DigestFinal_ex(copy.get(), digest.data(), &length) == 1);
  return hex_digits(std::span(digest).first(length));
}

std::uint32_t crc32_of(std::span<const std::byte> bytes) noexcept {
  Crc32 sum;
  sum.update(bytes);
  return sum.value();
}

std::string sha256_of(std::span<const std::byte> bytes) {
  Sha256 sum;
  sum.update(bytes);
  return sum.hex();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  const FileBytes file = FileBytes::open(path);
  std::vector<std::byte> piece(std::size_t{1} << 20);
  Sha256 sum;
  for (std::uint64_t offset = 0;;) {
    const std::size_t count = file.read_some(offset, piece);
    sum.update(std::span(piece).first(count));
    if (count < piece.size()) return sum.hex();
    offset += count;
  }
}

}  // namespace vit
