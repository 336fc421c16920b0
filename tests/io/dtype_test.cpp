#include "vit/io/dtype.h"

#include "tests/catch.h"

using namespace vit;

TEST_CASE("every dtype is found by its name") {
  for (int i = 0; i <= static_cast<int>(DType::U64); ++i) {
    const auto dtype = static_cast<DType>(i);
    CHECK(dtype_from_name(dtype_name(dtype)) == dtype);
  }
  CHECK_FALSE(dtype_from_name("F33"));
  CHECK_FALSE(dtype_from_name("f32"));
  CHECK_FALSE(dtype_from_name(""));
}

TEST_CASE("sizes are those of one element") {
  CHECK(dtype_size_bits(DType::BOOL) == 8);
  CHECK(dtype_size_bits(DType::F4) == 4);
  CHECK(dtype_size_bits(DType::F6_E2M3) == 6);
  CHECK(dtype_size_bits(DType::BF16) == 16);
  CHECK(dtype_size_bits(DType::F32) == 32);
  CHECK(dtype_size_bits(DType::C64) == 64);
}

TEST_CASE("the order is by size from the first type of whole bytes on") {
  for (int i = static_cast<int>(DType::U8); i < static_cast<int>(DType::U64); ++i)
    CHECK(dtype_size_bits(static_cast<DType>(i)) <= dtype_size_bits(static_cast<DType>(i + 1)));
}
