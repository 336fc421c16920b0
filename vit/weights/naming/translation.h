#pragma once

#include <torch/types.h>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

using TensorMap = std::map<std::string, torch::Tensor>;

/// Another spelling of the same tensors. `*` stands for a number and is carried over; a name that
/// ends in `.` stands for all that begin with it: {"encoder.layer.*.norm1.", "blocks.*.norm1."}.
struct NameRule {
  std::string_view from, to;
};

/// A weights file on its way to timm's names. A convention moves tensors from `source` to `tensors`
/// and says what it leaves out; what it does not know stays in `source` and is reported as
/// unexpected.
class Translation {
 public:
  explicit Translation(TensorMap file) : source(std::move(file)) {}

  struct Renamed {
    std::string from, to;
  };
  struct Dropped {
    std::string name, reason;
  };

  [[nodiscard]] bool has(std::string_view name) const {
    return source.find(std::string(name)) != source.end();
  }
  /// Numbers that the first `*` of `pattern` takes among the names in `source`, from the lowest up.
  [[nodiscard]] std::vector<std::string> numbers(std::string_view pattern) const;
  /// The same as numbers to count with; those above 999 are no layers of a model.
  [[nodiscard]] std::vector<int> small_numbers(std::string_view pattern) const;

  /// Moves a tensor out of `source`; nothing where it is not there.
  std::optional<torch::Tensor> take(const std::string& name);
  /// Puts a tensor that came from `from` under timm's name. Throws Error (weights) where another
  /// one is there: neither may be lost.
  void put(const std::string& name, torch::Tensor tensor, const std::string& from);
  /// take and put; nothing happens where `from` is not there.
  void move(const std::string& from, const std::string& to);
  void rename(std::span<const NameRule> rules);
  /// Takes the tensors that match out, on purpose.
  void drop(std::string_view pattern, const std::string& reason);
  /// Joins the rows of the parts `prefix + part + suffix` (suffix: `weight`, `bias`) to one tensor.
  /// A part without a bias counts as zeros where another has one.
  void join(const std::string& prefix, std::span<const std::string_view> parts,
            const std::string& to);

  /// Cuts `prefix` off all names in `source` that begin with it.
  void strip(std::string_view prefix);

  TensorMap source;
  TensorMap tensors;
  std::vector<Renamed> renamed;
  std::vector<Dropped> dropped;
  /// What the names say about the architecture and shapes do not: options of the model, as they are
  /// written in an experiment (`norm_eps`: `1e-12`).
  std::map<std::string, std::string> options;
  /// What the names do not say, and is taken to be so.
  std::vector<std::string> assumptions;
  /// Names in `source` that make up a classifier which no model here has, as one of two layers.
  std::vector<std::string> heads;
};

/// The name that `rule` makes of `name`; none where it does not match.
[[nodiscard]] std::optional<std::string> other_name(const NameRule& rule, std::string_view name);

}  // namespace vit
