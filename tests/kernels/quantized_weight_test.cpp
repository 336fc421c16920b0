#include "vit/kernels/quantized_weight.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "tests/catch.h"
#include "tests/kernels/numbers.h"
#include "vit/kernels/linear_rows.h"

using namespace vit::kernels;
using vit::test::numbers;
using vit::test::relative_error;
using vit::test::runnable_sets;
using vit::test::to_double;

namespace {

std::vector<Int8> weights(std::int64_t count, std::uint64_t seed) {
  vit::Rng rng(seed, vit::Stream::bench);
  std::vector<Int8> result(static_cast<std::size_t>(count));
  for (Int8& v : result)
    v.value = static_cast<std::int8_t>(static_cast<std::int64_t>(rng.below(255)) - 127);
  return result;
}

/// A quantised weight [out, in] and what it stands for.
struct Layer {
  Layer(std::int64_t out_, std::int64_t in_, std::uint64_t seed)
      : out(out_), in(in_), v(weights(out * in, seed)), packed(v.size()) {
    for (std::int64_t j = 0; j < out; ++j) {
      scales.push_back(0.001f * static_cast<float>(1 + j % 7));
      bias.push_back(0.1f * static_cast<float>(j % 5));
      std::int32_t sum = 0;
      for (std::int64_t k = 0; k < in; ++k) sum += v[j * in + k].value;
      offsets.push_back(128 * sum);
    }
  }
  QuantizedWeight operand(const Int8Primitives& int8) {
    pack_quantized(int8, v.data(), out, in, packed.data());
    return {&int8, packed.data(), scales.data(), offsets.data(), in, out};
  }
  /// In double, from the activations as they are rounded.
  template <class T>
  std::vector<double> forward(const std::vector<T>& x) const {
    const std::int64_t rows = static_cast<std::int64_t>(x.size()) / in;
    std::vector<std::uint8_t> u(x.size());
    std::vector<float> row_scales(static_cast<std::size_t>(rows));
    primitives<T>(Isa::plain).quantize(x.data(), in, rows, in, u.data(), in, row_scales.data());
    std::vector<double> y;
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < out; ++j) {
        std::int64_t sum = 0;
        for (std::int64_t k = 0; k < in; ++k)
          sum += (std::int64_t{u[i * in + k]} - 128) * v[j * in + k].value;
        y.push_back(static_cast<double>(sum) * static_cast<double>(row_scales[i]) *
                        static_cast<double>(scales[j]) +
                    static_cast<double>(bias[j]));
      }
    return y;
  }

  std::int64_t out, in;
  std::vector<Int8> v, packed;
  std::vector<float> scales, bias;
  std::vector<std::int32_t> offsets;
};

}  // namespace

TEMPLATE_TEST_CASE("A row is rounded to 8 bits by its largest number, in every instruction set", "",
                   float, Bf16) {
  using T = TestType;
  constexpr std::int64_t rows = 5, columns = 48, stride = 64;
  std::vector<T> x = numbers<T>(rows * stride, 1);
  for (std::int64_t j = 0; j < columns; ++j) x[2 * stride + j] = T{};  // a row of zeros
  for (const Isa isa : runnable_sets()) {
    INFO(name(isa));
    std::vector<std::uint8_t> u(rows * columns), expected(rows * columns);
    std::vector<float> scales(rows), expected_scales(rows);
    primitives<T>(isa).quantize(x.data(), stride, rows, columns, u.data(), columns, scales.data());
    primitives<T>(Isa::plain)
        .quantize(x.data(), stride, rows, columns, expected.data(), columns,
                  expected_scales.data());
    CHECK(scales == expected_scales);
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j) {
        const auto code = u[i * columns + j];
        REQUIRE(code >= 1);
        REQUIRE(std::abs(code - expected[i * columns + j]) <= 1);  // a tie after other rounding
        const double error =
            to_double(x[i * stride + j]) - (code - 128.0) * static_cast<double>(scales[i]);
        REQUIRE(std::abs(error) <= 0.5001 * static_cast<double>(scales[i]));
      }
    CHECK(scales[2] == 0.0f);
    CHECK(u[2 * columns] == 128);
  }
}

TEST_CASE("NaN and infinity show in the scale of their row") {
  std::vector<float> x(3 * 32, 1.0f);
  x[1] = std::numeric_limits<float>::quiet_NaN();
  x[64 + 31] = std::numeric_limits<float>::infinity();
  for (const Isa isa : runnable_sets()) {
    INFO(name(isa));
    std::vector<std::uint8_t> u(x.size());
    std::vector<float> scales(3);
    primitives<float>(isa).quantize(x.data(), 32, 3, 32, u.data(), 32, scales.data());
    CHECK(std::isnan(scales[0]));
    CHECK(scales[1] == 1.0f / 127.0f);
    CHECK(std::isnan(scales[2]));
  }
}

TEST_CASE("Products of 8-bit numbers are exact, also the largest, in every instruction set") {
  struct Shape {
    std::int64_t m, n, k;
    bool extreme;
  };
  for (const auto& [m, n, k, extreme] :
       {Shape{1, 16, 32, false}, Shape{7, 48, 96, false}, Shape{85, 64, 384, false},
        Shape{33, 32, 160, false}, Shape{18, 64, 4096, true}}) {
    std::vector<std::uint8_t> a(static_cast<std::size_t>(m * k), 255);
    std::vector<Int8> b(static_cast<std::size_t>(k * n), Int8{-127});
    if (!extreme) {
      vit::Rng rng(3, vit::Stream::bench);
      for (std::uint8_t& each : a) each = static_cast<std::uint8_t>(rng.below(256));
      b = weights(k * n, 4);
    }
    for (const Isa isa : runnable_sets()) {
      INFO(name(isa) << " " << m << "x" << n << "x" << k);
      const Int8Primitives& int8 = int8_primitives(isa);
      std::vector<Int8> packed(b.size());
      int8.pack_transposed(b.data(), k, n, k, packed.data());  // b is [n, k] here
      std::vector<float> c(static_cast<std::size_t>(m * n));
      int8.matmul(m, n, k, a.data(), k, packed.data(), n, c.data(), n);
      int8.release();
      for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t j = 0; j < n; ++j) {
          std::int32_t expected = 0, found;
          for (std::int64_t l = 0; l < k; ++l) expected += a[i * k + l] * b[j * k + l].value;
          std::memcpy(&found, &c[i * n + j], sizeof found);
          REQUIRE(found == expected);
        }
    }
  }
}

TEMPLATE_TEST_CASE("Linear layers and MLPs in 8 bits are what their rounded operands give", "",
                   float, Bf16) {
  using T = TestType;
  // bf16 rounds the result to 2^-9, and an MLP's values in between, which then may round otherwise.
  constexpr bool kHalf = sizeof(T) == 2;
  constexpr std::int64_t in = 96, width = 160, out = 32;
  Layer fc1(width, in, 5), fc2(out, width, 6);
  for (const std::int64_t rows : {1, 17, 150}) {
    const std::vector<T> x = numbers<T>(rows * in, 7);
    const std::vector<double> linear = fc1.forward(x);
    std::vector<float> activated;
    for (const double z : linear)
      activated.push_back(static_cast<float>(0.5 * z * std::erfc(-z / std::sqrt(2.0))));
    const std::vector<double> mlp = fc2.forward(activated);
    for (const Isa isa : runnable_sets()) {
      INFO(name(isa) << ", " << rows << " rows");
      const Primitives<T>& use = primitives<T>(isa);
      const Int8Primitives& int8 = int8_primitives(isa);
      const QuantizedWeight w1 = fc1.operand(int8), w2 = fc2.operand(int8);
      std::vector<T> y(linear.size()), z(mlp.size());
      for (const auto& [column, end] : {std::pair<std::int64_t, std::int64_t>{0, 64}, {64, width}})
        linear_forward<T>(use, {0, rows, column, end}, x.data(), w1, fc1.bias.data(), y.data());
      CHECK(relative_error(y, linear) < (kHalf ? 3e-3 : 1e-6));
      mlp_forward<T>(use, 0, rows, x.data(), w1, fc1.bias.data(), w2, fc2.bias.data(), nullptr,
                     z.data());
      CHECK(relative_error(z, mlp) < (kHalf ? 1e-2 : 2e-3));
    }
  }
}
