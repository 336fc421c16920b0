#pragma once

#include <cmath>
#include <cstdint>

/// What works on rows of the residual stream: sums over columns, residual connections, layer norm.
/// V: the vectors of an instruction set (vec_*.h), T: float or Bf16.
namespace vit::kernels {

template <class V, class T>
struct VectorRows {
  using Index = std::int64_t;
  using F = typename V::F;
  static constexpr Index W = V::width;

  /// sums [columns] += value(row, column) over the rows, four vectors of sums at a time.
  template <class Value>
  static void add_columns(Index rows, Index columns, float* sums, const Value& value) {
    Index j = 0;
    for (; j + 4 * W <= columns; j += 4 * W) {
      F s0 = V::load(sums + j), s1 = V::load(sums + j + W), s2 = V::load(sums + j + 2 * W),
        s3 = V::load(sums + j + 3 * W);
      for (Index i = 0; i < rows; ++i) {
        s0 = V::add(s0, value(i, j));
        s1 = V::add(s1, value(i, j + W));
        s2 = V::add(s2, value(i, j + 2 * W));
        s3 = V::add(s3, value(i, j + 3 * W));
      }
      V::store(sums + j, s0);
      V::store(sums + j + W, s1);
      V::store(sums + j + 2 * W, s2);
      V::store(sums + j + 3 * W, s3);
    }
    for (; j < columns; j += W) {
      F sum = V::load(sums + j);
      for (Index i = 0; i < rows; ++i) sum = V::add(sum, value(i, j));
      V::store(sums + j, sum);
    }
  }

  static void add(const float* x, const T* y, Index rows, Index columns, const float* scale,
                  float factor, float* sum) {
    for (Index i = 0; i < rows; ++i, x += columns, y += columns, sum += columns)
      for (Index j = 0; j < columns; j += W)
        V::store(sum + j, V::add(V::load(x + j), scaled(V::load(y + j), scale, j, factor)));
  }

  static void add_gradient(const float* dsum, const T* y, Index rows, Index columns,
                           const float* scale, float factor, T* dy, float* scale_sums) {
    for (Index i = 0; i < rows; ++i)
      for (Index j = 0; j < columns; j += W)
        V::store(dy + i * columns + j, scaled(V::load(dsum + i * columns + j), scale, j, factor));
    if (scale == nullptr) return;
    add_columns(rows, columns, scale_sums, [&](Index i, Index j) {
      const Index at = i * columns + j;
      return V::mul(V::mul(V::load(dsum + at), V::load(y + at)), V::set(factor));
    });
  }

  static F scaled(F y, const float* scale, Index j, float factor) {
    const F product = scale == nullptr ? y : V::mul(y, V::load(scale + j));
    return V::mul(product, V::set(factor));
  }

  static void row_statistics(const float* x, Index rows, Index columns, float eps,
                             float* statistics) {
    for (Index i = 0; i < rows; ++i, x += columns, statistics += 2) {
      F sum = V::set(0), squares = V::set(0);
      for (Index j = 0; j < columns; j += W) sum = V::add(sum, V::load(x + j));
      const float mean = V::sum(sum) / static_cast<float>(columns);
      const F centre = V::set(mean);
      for (Index j = 0; j < columns; j += W) {
        const F difference = V::sub(V::load(x + j), centre);
        squares = V::fma(difference, difference, squares);
      }
      statistics[0] = mean;
      statistics[1] = 1.0f / std::sqrt(V::sum(squares) / static_cast<float>(columns) + eps);
    }
  }

  static void layer_norm(const float* x, const float* statistics, Index rows, Index columns,
                         const float* weight, const float* bias, T* y) {
    for (Index i = 0; i < rows; ++i, x += columns, y += columns, statistics += 2) {
      const F centre = V::set(statistics[0]), factor = V::set(statistics[1]);
      for (Index j = 0; j < columns; j += W) {
        const F normal = V::mul(V::sub(V::load(x + j), centre), factor);
        V::store(y + j, V::fma(normal, V::load(weight + j), V::load(bias + j)));
      }
    }
  }

  /// With n = (x - mean) / deviation and g = dy weight:
  /// dx = (g - mean(g) - n mean(g n)) / deviation.
  static void layer_norm_gradient(const T* dy, const float* x, const float* statistics,
                                  const float* residual, Index rows, Index columns,
                                  const float* weight, float* dx, float* weight_sums,
                                  float* bias_sums) {
    for (Index i = 0; i < rows; ++i) {
      const Index at = i * columns;
      const F centre = V::set(statistics[2 * i]), factor = V::set(statistics[2 * i + 1]);
      const auto normal = [&](Index j) {
        return V::mul(V::sub(V::load(x + at + j), centre), factor);
      };
      F sum = V::set(0), product = V::set(0);
      for (Index j = 0; j < columns; j += W) {
        const F n = normal(j), d = V::load(dy + at + j), g = V::mul(d, V::load(weight + j));
        sum = V::add(sum, g);
        product = V::fma(g, n, product);
        V::store(weight_sums + j, V::fma(d, n, V::load(weight_sums + j)));
        V::store(bias_sums + j, V::add(V::load(bias_sums + j), d));
      }
      const F mean = V::set(V::sum(sum) / static_cast<float>(columns));
      const F slope = V::set(V::sum(product) / static_cast<float>(columns));
      for (Index j = 0; j < columns; j += W) {
        const F g = V::mul(V::load(dy + at + j), V::load(weight + j));
        F result = V::mul(V::sub(V::sub(g, mean), V::mul(normal(j), slope)), factor);
        if (residual != nullptr) result = V::add(result, V::load(residual + at + j));
        V::store(dx + at + j, result);
      }
    }
  }
};

}  // namespace vit::kernels
