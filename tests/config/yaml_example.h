#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/fields.h"

/// Options with one of everything, for the tests and the fuzzer of YAML reading and writing.
namespace vit::example {

struct Crop {
  Size2 size{32, 32};
  std::int64_t padding = 0;
  std::vector<double> fill{0.5, 0.5};
  bool operator==(const Crop&) const = default;
};
inline void describe(FieldVisitor& v, Crop& o) {
  v.field({"size", &o.size, "what is cut out", kPositive});
  v.field({"padding", &o.padding, "pixels added on each side", kNonNegative});
  v.field({"fill", &o.fill, "the colour of the padding"});
}

struct Flip {
  bool operator==(const Flip&) const = default;
};
inline void describe(FieldVisitor&, Flip&) {}

struct Rand {
  std::int64_t n = 2;
  double m = 9;
  bool operator==(const Rand&) const = default;
};
inline void describe(FieldVisitor& v, Rand& o) {
  v.field({"n", &o.n, "operations", kAtLeastOne});
  v.field({"m", &o.m, "magnitude", {0, 10}});
}

class Operations final : public NamedList {
 public:
  std::vector<std::pair<std::string, std::variant<Crop, Flip, Rand>>> entries;

  [[nodiscard]] std::vector<std::string> known() const override {
    return {"random_crop", "hflip", "rand_augment"};
  }
  void clear() override { entries.clear(); }
  [[nodiscard]] std::size_t size() const override { return entries.size(); }
  void add(std::string_view name) override {
    if (name == "random_crop")
      entries.emplace_back(name, Crop{});
    else if (name == "hflip")
      entries.emplace_back(name, Flip{});
    else
      entries.emplace_back(name, Rand{});
  }
  [[nodiscard]] std::string_view name(std::size_t index) const override {
    return entries[index].first;
  }
  void describe(std::size_t index, FieldVisitor& visitor) override {
    std::visit([&](auto& options) { example::describe(visitor, options); }, entries[index].second);
  }
  bool operator==(const Operations& other) const { return entries == other.entries; }
};

struct Optim {
  std::string opt = "adamw";
  double lr = 1e-3;
  double momentum = 0.9;
  std::vector<double> betas{0.9, 0.999};
  std::optional<double> clip_grad = 1.0;
  bool operator==(const Optim&) const = default;
};
inline void describe(FieldVisitor& v, Optim& o) {
  v.field({"opt", &o.opt, "the optimizer", {}, {"adamw", "sgd"}});
  v.field({"lr", &o.lr, "the peak learning rate", kNonNegative});
  if (o.opt == "sgd")
    v.field({"momentum", &o.momentum, "of the velocity", kProbability});
  else
    v.field({"betas", &o.betas, "decay of the moments", kProbability});
  v.field({"clip_grad", &o.clip_grad, "the largest gradient norm", kPositive});
}

struct Model {
  std::string name = "vit";
  Size2 img_size{32, 32};
  std::int64_t patch_size = 4;
  std::int64_t num_classes = 10;
  bool qkv_bias = true;
  std::optional<bool> qk_norm;
  std::optional<Size2> grid;
  std::optional<std::int64_t> depth;
  std::optional<std::string> global_pool;
  std::optional<std::vector<double>> mean;
  bool operator==(const Model&) const = default;
};
inline void describe(FieldVisitor& v, Model& o) {
  v.field({"name", &o.name, "which model"});
  v.field({"img_size", &o.img_size, "of a picture", kPositive});
  if (o.name == "resnet") return;
  if (o.name != "vit") throw Error(ErrorKind::usage, "", "there is no model " + o.name);
  v.field({"patch_size", &o.patch_size, "pixels", kPositive});
  if (o.img_size.height % o.patch_size != 0)
    throw Error(ErrorKind::usage, "", "does not divide img_size", "write 1, 2 or 4");
  v.field({"num_classes", &o.num_classes, "outputs", kNonNegative});
  v.field({"qkv_bias", &o.qkv_bias, "a bias for q, k and v"});
  v.field({"qk_norm", &o.qk_norm, "normalise q and k"});
  v.field({"grid", &o.grid, "patches", kPositive});
  v.field({"depth", &o.depth, "blocks", kAtLeastOne});
  v.field({"global_pool", &o.global_pool, "how tokens are pooled", {}, {"token", "avg"}});
  v.field({"mean", &o.mean, "of each channel"});
}

struct Experiment {
  std::int64_t seed = 0;
  std::string note;
  std::vector<std::string> tags;
  std::vector<std::int64_t> milestones{30, 60};
  Model model;
  Operations train;
  double mixup = 0;
  Optim optim;
  std::int64_t epochs = 100;
  bool operator==(const Experiment&) const = default;
};
inline void describe(FieldVisitor& v, Experiment& o) {
  v.field({"seed", &o.seed, "of every random number", kNonNegative});
  v.field({"note", &o.note, "anything"});
  v.field({"tags", &o.tags, "words"});
  v.field({"milestones", &o.milestones, "epochs", kNonNegative});
  v.section("model", "the network", [&](FieldVisitor& w) { describe(w, o.model); });
  v.section("augment", "what is done to pictures", [&](FieldVisitor& w) {
    w.field({"train", &o.train, "one after the other"});
    w.field({"mixup", &o.mixup, "alpha of the Beta distribution", kNonNegative});
  });
  v.section("optim", "the optimizer", [&](FieldVisitor& w) { describe(w, o.optim); });
  v.section("schedule", "over time", [&](FieldVisitor& w) {
    w.field({"epochs", &o.epochs, "over the training split", kAtLeastOne});
  });
}

}  // namespace vit::example
