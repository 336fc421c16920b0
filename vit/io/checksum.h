#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

struct evp_md_ctx_st;

namespace vit {

/// CRC-32 as in zip, gzip and PNG, of bytes that come in pieces. It finds accidents, not attacks.
class Crc32 {
 public:
  void update(std::span<const std::byte> bytes) noexcept;
  [[nodiscard]] std::uint32_t value() const noexcept { return value_; }
  /// Eight lower-case hexadecimal digits.
  [[nodiscard]] std::string hex() const;

 private:
  std::uint32_t value_ = 0;
};

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);
  /// 64 lower-case hexadecimal digits: the checksum of everything so far.
  [[nodiscard]] std::string hex() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

[[nodiscard]] std::uint32_t crc32_of(std::span<const std::byte> bytes) noexcept;
[[nodiscard]] std::string sha256_of(std::span<const std::byte> bytes);
/// Reads the file in pieces; throws Error(resource).
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace vit
