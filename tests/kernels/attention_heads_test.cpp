#include "vit/kernels/attention_heads.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/catch.h"
#include "tests/kernels/numbers.h"

using namespace vit::kernels;
using vit::test::numbers;
using vit::test::relative_error;
using vit::test::to_double;

namespace {

struct Expected {
  std::vector<double> output, gradient;
};

/// The formula in double, one head after the other.
template <class T>
Expected by_the_formula(const AttentionShape& s, const std::vector<T>& qkv,
                        const std::vector<T>& g) {
  const std::int64_t n = s.tokens, d = s.head_dim, width = s.stride();
  Expected result{std::vector<double>(g.size()), std::vector<double>(qkv.size())};
  for (std::int64_t b = 0; b < s.batch; ++b)
    for (std::int64_t h = 0; h < s.heads; ++h) {
      const auto in = [&](int which, std::int64_t i, std::int64_t e) {
        return ((b * n + i) * 3 + which) * width + h * d + e;
      };
      const auto out = [&](std::int64_t i, std::int64_t e) {
        return (b * n + i) * width + h * d + e;
      };
      for (std::int64_t i = 0; i < n; ++i) {
        std::vector<double> p(static_cast<std::size_t>(n));
        for (std::int64_t j = 0; j < n; ++j)
          for (std::int64_t e = 0; e < d; ++e)
            p[j] += static_cast<double>(s.scale) * to_double(qkv[in(0, i, e)]) *
                    to_double(qkv[in(1, j, e)]);
        if (s.causal) p.resize(static_cast<std::size_t>(i + 1));
        const double top = *std::max_element(p.begin(), p.end());
        double sum = 0, delta = 0;
        for (double& x : p) sum += x = std::exp(x - top);
        for (double& x : p) x /= sum;
        p.resize(static_cast<std::size_t>(n));  // what is hidden has no weight
        for (std::int64_t e = 0; e < d; ++e) {
          for (std::int64_t j = 0; j < n; ++j)
            result.output[out(i, e)] += p[j] * to_double(qkv[in(2, j, e)]);
          delta += to_double(g[out(i, e)]) * result.output[out(i, e)];
        }
        for (std::int64_t j = 0; j < n; ++j) {
          double dp = 0;
          for (std::int64_t e = 0; e < d; ++e)
            dp += to_double(g[out(i, e)]) * to_double(qkv[in(2, j, e)]);
          const double ds = static_cast<double>(s.scale) * p[j] * (dp - delta);
          for (std::int64_t e = 0; e < d; ++e) {
            result.gradient[in(0, i, e)] += ds * to_double(qkv[in(1, j, e)]);
            result.gradient[in(1, j, e)] += ds * to_double(qkv[in(0, i, e)]);
            result.gradient[in(2, j, e)] += p[j] * to_double(g[out(i, e)]);
          }
        }
      }
    }
  return result;
}

}  // namespace

TEMPLATE_TEST_CASE("Attention and its gradients are those of the formula in every instruction set",
                   "", float, Bf16) {
  using T = TestType;
  struct Case {
    std::int64_t batch, tokens, heads, head_dim;
  };
  // Tokens that divide by nothing, one token, one head, several blocks of rows.
  const bool causal = GENERATE(false, true);
  for (const auto [batch, tokens, heads, head_dim] :
       {Case{2, 7, 3, 32}, Case{1, 1, 1, 16}, Case{1, 65, 2, 64}, Case{1, 113, 1, 48},
        Case{1, 226, 1, 16}, Case{1, 16, 2, 80}}) {
    const AttentionShape shape{
        batch, tokens, heads, head_dim, 1.0f / std::sqrt(static_cast<float>(head_dim)), causal};
    const std::int64_t count = batch * tokens * heads * head_dim;
    const std::vector<T> qkv = numbers<T>(3 * count, 1), g = numbers<T>(count, 2);
    const Expected expected = by_the_formula(shape, qkv, g);
    for (const Isa isa : vit::test::runnable_sets()) {
      INFO(name(isa) << (causal ? " causal" : "") << " tokens " << tokens << " width " << head_dim);
      const Primitives<T>& use = primitives<T>(isa);
      std::vector<T> output(g.size()), gradient(qkv.size());
      std::vector<float> lse2(static_cast<std::size_t>(batch * heads * tokens));
      attention_forward<T>(use, shape, 0, batch * heads, qkv.data(), output.data(), lse2.data());
      attention_backward<T>(use, shape, 0, batch * heads, qkv.data(), output.data(), g.data(),
                            lse2.data(), gradient.data());
      // bf16 keeps 8 bits: weights and results are rounded to 2^-9 each.
      CHECK(relative_error(output, expected.output) < (sizeof(T) == 2 ? 4e-3 : 1e-6));
      CHECK(relative_error(gradient, expected.gradient) < (sizeof(T) == 2 ? 4e-3 : 1e-6));
    }
  }
}

TEMPLATE_TEST_CASE("What a causal query does not see changes no bit of its output", "", float,
                   Bf16) {
  using T = TestType;
  const AttentionShape shape{1, 130, 1, 32, 0.2f, /*causal=*/true};
  constexpr std::int64_t kChanged = 117;  // in the second block of rows
  std::vector<T> qkv = numbers<T>(3 * 130 * 32, 1);
  for (const Isa isa : vit::test::runnable_sets()) {
    INFO(name(isa));
    std::vector<float> lse2(130);
    const auto output = [&] {
      std::vector<T> result(130 * 32);
      attention_forward<T>(primitives<T>(isa), shape, 0, 1, qkv.data(), result.data(), lse2.data());
      return result;
    };
    const std::vector<T> before = output();
    std::reverse(qkv.begin() + kChanged * 96, qkv.begin() + (kChanged + 1) * 96);
    const std::vector<T> after = output();
    const auto* first = before.data();
    CHECK(std::memcmp(first, after.data(), kChanged * 32 * sizeof(T)) == 0);
    CHECK(std::memcmp(first + kChanged * 32, after.data() + kChanged * 32, 32 * sizeof(T)) != 0);
  }
}
