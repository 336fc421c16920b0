#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/io/pickle_bytes.h"

namespace vit::test {

/// An entry of a zip archive, with every field free to be wrong.
struct ZipPart {
  std::string name, data;    ///< the data as they lie in the archive
  std::uint16_t method = 0;  ///< 0: stored, 8: deflated
  std::uint16_t flags = 0;
  std::uint64_t size = ~std::uint64_t{0};  ///< unpacked; ~0: that of the data
  std::int64_t crc = -1;                   ///< -1: that of the data
};

/// Raw deflate.
inline std::string deflated(const std::string& data) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, data.size()) + 16, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::uint32_t crc_of(const std::string& data) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(data.data()), data.size()));
}

/// A zip archive of these entries.
inline std::string zip_bytes(const std::vector<ZipPart>& parts, const std::string& comment = "") {
  using pickle::number;
  std::string out, directory;
  for (const ZipPart& part : parts) {
    const std::uint64_t size = part.size == ~std::uint64_t{0} ? part.data.size() : part.size;
    const std::uint32_t crc =
        part.crc < 0 ? crc_of(part.data) : static_cast<std::uint32_t>(part.crc);
    const std::string common = number<std::uint16_t>(20) + number(part.flags) +
                               number(part.method) + number<std::uint32_t>(0) + number(crc) +
                               number(static_cast<std::uint32_t>(part.data.size())) +
                               number(static_cast<std::uint32_t>(size)) +
                               number(static_cast<std::uint16_t>(part.name.size())) +
                               number<std::uint16_t>(0);
    directory += "PK\x01\x02" + number<std::uint16_t>(20) + common + number<std::uint16_t>(0) +
                 number<std::uint32_t>(0) + number<std::uint32_t>(0) +
                 number(static_cast<std::uint32_t>(out.size())) + part.name;
    out += "PK\x03\x04" + common + part.name + part.data;
  }
  const auto begin = static_cast<std::uint32_t>(out.size());
  const auto count = static_cast<std::uint16_t>(parts.size());
  return out + directory + "PK\x05\x06" + number<std::uint32_t>(0) + number(count) + number(count) +
         number(static_cast<std::uint32_t>(directory.size())) + number(begin) +
         number(static_cast<std::uint16_t>(comment.size())) + comment;
}

/// A file of torch.save with this pickle and these storages.
inline std::string torch_zip(const std::string& pickle, std::vector<ZipPart> storages) {
  std::vector<ZipPart> parts{{"a/data.pkl", pickle}, {"a/byteorder", "little"}};
  for (ZipPart& storage : storages) {
    storage.name = "a/data/" + storage.name;
    parts.push_back(std::move(storage));
  }
  return zip_bytes(parts);
}

/// An archive of TorchScript or LibTorch C++ with this value and these storages; its code is no
/// code.
inline std::string script_zip(const std::string& value, std::vector<ZipPart> storages) {
  std::vector<ZipPart> parts{{"m/data.pkl", pickle::pickled(value)},
                             {"m/code/__torch__/net.py", "def forward(self): launch_missiles()"},
                             {"m/constants.pkl", pickle::pickled(")")}};
  for (ZipPart& storage : storages) {
    storage.name = "m/data/" + storage.name;
    parts.push_back(std::move(storage));
  }
  return zip_bytes(parts);
}

}  // namespace vit::test
