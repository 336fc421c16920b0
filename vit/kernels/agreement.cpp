#include "vit/kernels/agreement.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "vit/core/rng.h"
#include "vit/kernels/primitives.h"

namespace vit::kernels {
namespace {

using Index = std::int64_t;

/// A product of m rows: of one panel of a layer, of a block of attention, of a strip of a gradient.
struct Shape {
  Index m, n, k;
  bool add;
};

std::vector<Bf16> numbers(Index count, Rng& rng) {
  std::vector<float> x(static_cast<std::size_t>(round_up(count, 16)));
  for (float& each : x) each = static_cast<float>(rng.uniform()) - 0.5f;
  std::vector<Bf16> result(x.size());
  primitives<Bf16>(Isa::plain).convert(x.data(), static_cast<Index>(x.size()), result.data());
  return result;
}

bool agree(const Primitives<Bf16>& use, const Shape& shape, Rng& rng) {
  const auto [m, n, k, add] = shape;
  const std::vector<Bf16> a = numbers(m * k, rng), b = numbers(k * n, rng);
  std::vector<float> found(static_cast<std::size_t>(m * n), 0.25f), expected = found;
  use.matmul(m, n, k, a.data(), k, b.data(), n, found.data(), n, add);
  primitives<Bf16>(Isa::plain).matmul(m, n, k, a.data(), k, b.data(), n, expected.data(), n, add);
  double error = 0, size = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    error += std::pow(static_cast<double>(found[i]) - static_cast<double>(expected[i]), 2);
    size += std::pow(static_cast<double>(expected[i]), 2);
  }
  return error <= 1e-10 * size;  // not for NaN
}

/// Sums of 8-bit numbers are exact.
bool agree_in_int8(Isa isa, const Shape& shape, Rng& rng) {
  const auto [m, n, k, add] = shape;
  std::vector<std::uint8_t> a(static_cast<std::size_t>(m * k));
  std::vector<Int8> b(static_cast<std::size_t>(k * n));
  for (std::uint8_t& each : a) each = static_cast<std::uint8_t>(1 + rng.below(255));
  for (Int8& each : b)
    each.value = static_cast<std::int8_t>(static_cast<int>(rng.below(255)) - 127);
  const auto product = [&](Isa of) {
    std::vector<float> c(static_cast<std::size_t>(m * n));
    int8_primitives(of).matmul(m, n, k, a.data(), k, b.data(), n, c.data(), n);
    int8_primitives(of).release();
    return c;
  };
  const std::vector<float> found = product(isa), expected = product(Isa::plain);
  return std::memcmp(found.data(), expected.data(), sizeof(float) * found.size()) == 0;
}

}  // namespace

bool agrees_with_plain(Isa isa) {
  const Primitives<Bf16>& use = primitives<Bf16>(isa);
  Rng rng(1, Stream::bench);
  bool good = true;
  for (int round = 0; round < 2; ++round) {
    for (const Shape& shape :
         {Shape{96, 64, 192, false}, Shape{143, 32, 768, false}, Shape{112, 208, 64, false},
          Shape{85, 64, 208, false}, Shape{64, 208, 198, false}, Shape{1, 16, 2, false},
          Shape{96, 64, 384, true}})
      good = good && agree(use, shape, rng);
    use.release();
    good = good && agree_in_int8(isa, {85, 64, 384, false}, rng) &&
           agree_in_int8(isa, {64, 32, 96, false}, rng);
    const at::NoGradGuard no_grad;
    const at::Tensor x = at::ones({64, 64}, at::kBFloat16);
    good = good && at::mm(x, x).sum().item<float>() == 64.0f * 64.0f * 64.0f;
  }
  return good;
}

}  // namespace vit::kernels
