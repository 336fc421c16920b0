#include "vit/io/protobuf_reader.h"

#include "tests/catch.h"
#include "vit/core/error.h"
#include "vit/io/protobuf_wire.h"

namespace protobuf = vit::protobuf;

TEST_CASE("fields are read as they were written") {
  const std::string message = protobuf::int_field(1, -1) + protobuf::bytes_field(20, "text") +
                              protobuf::float_field(3, 1.5F) + protobuf::double_field(4, 2);
  protobuf::WireReader reader(message, "test");
  CHECK(reader.next()->as_int("test") == ~std::uint64_t{0});
  const auto text = reader.next();
  CHECK(text->number == 20);
  CHECK(text->as_bytes("test") == "text");
  CHECK_THROWS_AS(text->as_int("test"), vit::Error);
  CHECK(reader.next()->as_float("test") == 1.5F);
  CHECK(reader.next()->type == 1);
  CHECK_FALSE(reader.next());
}

TEST_CASE("a message that is cut short or damaged is an error") {
  const std::string endless(11, '\xFF');
  for (const std::string& bytes : {std::string("\x08"),
                                   std::string("\x0A\x05"
                                               "abc"),
                                   std::string("\x0D\x01"), std::string("\x0B"),
                                   std::string("\x02"), "\x08" + endless, "\x0A" + endless}) {
    protobuf::WireReader reader(bytes, "test");
    CHECK_THROWS_AS(reader.next(), vit::Error);
  }
}
