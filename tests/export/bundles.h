#pragma once

#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/module.h"
#include "tests/support/small_vit.h"
#include "vit/export/bundle.h"
#include "vit/weights/load.h"
#include "vit/weights/recognise.h"

namespace vit::test {

/// A small model with what describes it.
struct BundleSubject {
  explicit BundleSubject(const ViTOptions& options)
      : spec{"vit_tiny_patch16_224", options},
        model(options),
        card{spec.name, {"a", "b", "c"}, preprocessing(spec)} {
    randomize(model);
    model->eval();
  }
  ModelSpec spec;
  VisionTransformer model;
  ModelCard card;
};

inline nlohmann::json config_of(const std::filesystem::path& folder) {
  return nlohmann::json::parse(get(folder / "config.json"));
}

/// The model that a folder's files are read back as computes the same.
inline void check_read_back(BundleSubject& subject, const std::filesystem::path& folder) {
  const WeightsFile file = open_weights(folder / "model.safetensors");
  const Recognised found = recognise(file);
  CHECK(found.options.at("num_heads") == "2");
  VisionTransformer again(std::get<ViTOptions>(subject.spec.options));
  load_weights(*again, file);
  again->eval();
  const torch::Tensor x = random_tensor({2, 3, 16, 16});
  CHECK(torch::equal(again->forward(x), subject.model->forward(x)));
}

/// The place of the refusal by `write` of a small model after `change`, into `folder`.
template <class Change, class Write>
std::string bundle_refusal(const std::filesystem::path& folder, const Change& change,
                           const Write& write) {
  ViTOptions options = small_vit(3);
  change(options);
  BundleSubject subject(options);
  const auto error = error_of([&] { write(subject.spec, *subject.model, subject.card, folder); });
  if (!error) return "nothing was refused";
  CHECK(error->kind() == ErrorKind::usage);
  return error->where();
}

}  // namespace vit::test
