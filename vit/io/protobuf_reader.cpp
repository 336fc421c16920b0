#include "vit/io/protobuf_reader.h"

#include <bit>

#include "vit/core/error.h"

namespace vit::protobuf {

namespace {

std::uint64_t little_endian_number(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

void require_type(const WireField& field, int type, const std::string& where) {
  if (field.type != type)
    throw Error(ErrorKind::weights, where,
                str("field ", field.number, " has wire type ", field.type, ", expected ", type),
                "the file is damaged, or of another kind");
}

}  // namespace

std::uint64_t WireField::as_int(const std::string& where) const {
  require_type(*this, 0, where);
  return value;
}

float WireField::as_float(const std::string& where) const {
  require_type(*this, 5, where);
  return std::bit_cast<float>(static_cast<std::uint32_t>(value));
}

std::string_view WireField::as_bytes(const std::string& where) const {
  require_type(*this, 2, where);
  return bytes;
}

std::optional<WireField> WireReader::next() {
  if (rest_.empty()) return std::nullopt;
  const std::uint64_t key = varint();
  WireField field;
  field.number = static_cast<std::uint32_t>(key >> 3);
  field.type = static_cast<int>(key & 7);
  if (key >> 3 == 0 || key >> 32 != 0) fail("has a field of no number");
  switch (field.type) {
    case 0: field.value = varint(); break;
    case 1: field.value = little_endian_number(take(8)); break;
    case 2: field.bytes = take(varint()); break;
    case 5: field.value = little_endian_number(take(4)); break;
    default: fail("has a field of a wire type that is not known");
  }
  return field;
}

std::uint64_t WireReader::varint() {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(take(1).front());
    number |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return number;
  }
  fail("has a number that does not end");
}

std::string_view WireReader::take(std::uint64_t count) {
  if (count > rest_.size()) fail("is cut short, or damaged");
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

void WireReader::fail(const char* what) const {
  throw Error(ErrorKind::weights, where_, str("the protobuf message ", what),
              "get the file again; where Git LFS keeps it, fetch it with `git lfs pull`");
}

}  // namespace vit::protobuf
