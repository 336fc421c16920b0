#include "vit/kernels/primitives.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "tests/catch.h"
#include "tests/kernels/numbers.h"

using namespace vit::kernels;
using vit::test::numbers;
using vit::test::relative_error;
using vit::test::runnable_sets;
using vit::test::to_double;

TEMPLATE_TEST_CASE("A product of packed operands is the matrix product, in every instruction set",
                   "", float, Bf16) {
  using T = TestType;
  struct Shape {
    std::int64_t m, n, k;
  };
  for (const auto [m, n, k] : {Shape{1, 16, 2}, Shape{7, 48, 34}, Shape{112, 208, 64},
                               Shape{13, 80, 198}, Shape{6, 64, 32}, Shape{50, 48, 70}}) {
    const std::vector<T> a = numbers<T>(m * k, 1), b = numbers<T>(k * n, 2);
    std::vector<double> expected(static_cast<std::size_t>(m * n), 0.5);
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t l = 0; l < k; ++l)
          expected[i * n + j] += to_double(a[i * k + l]) * to_double(b[l * n + j]);
    for (const Isa isa : runnable_sets()) {
      const Primitives<T>& use = primitives<T>(isa);
      std::vector<T> packed(b.size());
      use.pack(b.data(), n, k, k, n, packed.data());
      std::vector<float> c(expected.size(), 0.5f);
      use.matmul(m, n, k, a.data(), k, packed.data(), n, c.data(), n, true);
      INFO(name(isa) << " " << m << "x" << n << "x" << k);
      CHECK(relative_error(c, expected) < 1e-6);
      use.matmul(m, n, k, a.data(), k, packed.data(), n, c.data(), n, false);
      for (float& x : c) x += 0.5f;
      CHECK(relative_error(c, expected) < 1e-6);
      use.release();
    }
  }
}

TEMPLATE_TEST_CASE("Packing moves the same numbers to the same places in every instruction set", "",
                   float, Bf16) {
  using T = TestType;
  for (const std::int64_t rows : {1, 2, 15, 31, 33, 197}) {
    const std::int64_t columns = 48, stride = 3 * columns, wide = round_up(rows, 32);
    const std::vector<T> x = numbers<T>(rows * stride, 3);
    const auto results = [&](Isa isa) {
      const Primitives<T>& use = primitives<T>(isa);
      std::vector<std::vector<T>> all(3, std::vector<T>(static_cast<std::size_t>(wide * columns)));
      use.pack(x.data(), stride, rows, wide, columns, all[0].data());
      use.pack_transposed(x.data(), stride, rows, wide, columns, all[1].data());
      use.transpose_packed(all[0].data(), wide, columns, all[2].data());
      return all;
    };
    const auto expected = results(Isa::plain);
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j)
        REQUIRE(to_double(expected[2][j * wide + i]) == to_double(x[i * stride + j]));
    for (const Isa isa : runnable_sets()) {
      INFO(name(isa) << ", " << rows << " rows");
      const auto found = results(isa);
      for (std::size_t k = 0; k < expected.size(); ++k)
        CHECK(std::memcmp(found[k].data(), expected[k].data(), sizeof(T) * expected[k].size()) ==
              0);
    }
  }
}

TEMPLATE_TEST_CASE("GELU and its derivative are those of the error function", "", float, Bf16) {
  using T = TestType;
  constexpr std::int64_t count = 4096;
  std::vector<float> numbers(count);
  for (std::int64_t i = 0; i < count; ++i)
    numbers[i] = -10.0f + 20.0f * static_cast<float>(i) / static_cast<float>(count);
  for (const Isa isa : runnable_sets()) {
    INFO(name(isa));
    std::vector<T> x(count), y(count), dy(count);
    primitives<T>(isa).convert(numbers.data(), count, x.data());
    // The value from numbers + 0, and the slope as the gradient of ones.
    const std::vector<float> zero(count / 2), one(count, 1.0f);
    std::vector<T> hidden(count), again(count);
    std::vector<float> sums(count / 2);
    primitives<T>(isa).store_gelu(numbers.data(), count / 2, 2, count / 2, zero.data(),
                                  hidden.data(), count / 2, y.data(), count / 2);
    std::vector<T> dy_packed(count), packed(count);
    primitives<T>(isa).gelu_gradient(one.data(), count / 2, 2, count / 2, hidden.data(), count / 2,
                                     again.data(), dy.data(), count / 2, dy_packed.data(),
                                     sums.data());
    const auto same_when_packed = [&](const std::vector<T>& rows, const std::vector<T>& found) {
      primitives<T>(isa).pack(rows.data(), count / 2, 2, 2, count / 2, packed.data());
      return std::memcmp(packed.data(), found.data(), sizeof(T) * count) == 0;
    };
    CHECK(same_when_packed(y, again));
    CHECK(same_when_packed(dy, dy_packed));
    for (std::int64_t i = 0; i < count; ++i) REQUIRE(to_double(hidden[i]) == to_double(x[i]));
    for (std::int64_t j = 0; j < count / 2; ++j)
      REQUIRE(std::abs(static_cast<double>(sums[j]) -
                       (to_double(dy[j]) + to_double(dy[j + count / 2]))) < 0.02);
    // bf16 itself rounds to 2^-9 of the value.
    const double tolerance = sizeof(T) == 2 ? 4e-3 : 1e-6;
    for (std::int64_t i = 0; i < count; ++i) {
      const double z = to_double(x[i]);
      const double phi = 0.5 * std::erfc(-z / std::sqrt(2.0));
      const double derivative = phi + z * std::exp(-z * z / 2) / std::sqrt(2 * M_PI);
      REQUIRE(std::abs(to_double(y[i]) - z * phi) <= tolerance * (1 + std::abs(z * phi)));
      REQUIRE(std::abs(to_double(dy[i]) - derivative) <= tolerance * (1 + std::abs(derivative)));
    }
    // Without keeping what the value was made from.
    primitives<T>(isa).store_gelu(numbers.data(), count / 2, 2, count / 2, zero.data(), nullptr, 0,
                                  again.data(), count / 2);
    for (std::int64_t i = 0; i < count; ++i) REQUIRE(to_double(again[i]) == to_double(y[i]));
  }
}

TEST_CASE("Floats become the nearest bf16, ties to even, and NaN stays NaN") {
  const std::vector<float> x{1.0f,   1.00390625f, 1.01171875f, -2.5f, 3.14159265f, 0.0f,
                             -0.0f,  1e30f,       -1e-30f,     65504, 0.1f,        NAN,
                             1e-20f, 7.0f,        255.5f,      256.5f};
  std::vector<Bf16> expected(16);
  primitives<Bf16>(Isa::plain).convert(x.data(), 16, expected.data());
  CHECK(to_double(expected[1]) == 1.0);       // a tie goes to the even neighbour below
  CHECK(to_double(expected[2]) == 1.015625);  // and to the even one above
  for (const Isa isa : runnable_sets()) {
    std::vector<Bf16> found(16);
    primitives<Bf16>(isa).convert(x.data(), 16, found.data());
    INFO(name(isa));
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (std::isnan(x[i]))
        CHECK(std::isnan(to_double(found[i])));
      else
        CHECK(found[i].bits == expected[i].bits);
    }
  }
}
