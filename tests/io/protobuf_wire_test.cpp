#include "vit/io/protobuf_wire.h"

#include "tests/catch.h"

using namespace vit::protobuf;

// The examples are those of https://protobuf.dev/programming-guides/encoding.

TEST_CASE("a varint has seven bits a byte, the lowest first") {
  CHECK(varint(0) == std::string(1, '\0'));
  CHECK(varint(1) == "\x01");
  CHECK(varint(150) == "\x96\x01");
  CHECK(varint(~std::uint64_t{0}) == "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST_CASE("fields begin with number and type") {
  CHECK(int_field(1, 150) == "\x08\x96\x01");
  CHECK(int_field(1, -2).size() == 11);  // negative numbers take ten bytes
  CHECK(bytes_field(2, "testing") == "\x12\x07testing");
  CHECK(float_field(2, 1.0F) == std::string("\x15\0\0\x80\x3f", 5));
  CHECK(double_field(1, 1.0) == std::string("\x09\0\0\0\0\0\0\xf0\x3f", 9));
}
