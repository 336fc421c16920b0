#include <torch/types.h>

#include "tests/catch.h"
#include "tests/weights/spelled_vit.h"
#include "vit/core/error.h"
#include "vit/weights/naming/convention.h"

// Each source of weights: a file in its names is detected, and every tensor comes out under timm's
// name with timm's values. The files are written here from timm's tensors, by the rules that the
// sources' own code shows, in the opposite direction.
namespace {

using vit::NamedWeights;
using vit::NameRule;
using vit::TensorMap;
using namespace vit::test;

void check_same(const TensorMap& found, const TensorMap& expected) {
  for (const auto& [name, tensor] : expected) {
    INFO(name);
    REQUIRE(found.contains(name));
    CHECK(found.at(name).sizes() == tensor.sizes());
    CHECK(torch::equal(found.at(name).contiguous(), tensor));
  }
  for (const auto& [name, tensor] : found) {
    INFO(name);
    CHECK(expected.contains(name));
  }
}

/// The file is recognised as `convention`, and nothing of it is left over.
NamedWeights check(const TensorMap& file, const std::string& convention,
                   const TensorMap& expected) {
  NamedWeights weights = vit::to_timm(file, "test");
  CHECK(weights.convention->name == convention);
  check_same(weights.names.tensors, expected);
  CHECK(weights.names.source.empty());
  return weights;
}

const std::vector<NameRule> kToTransformers4 = {
    {"cls_token", "vit.embeddings.cls_token"},
    {"pos_embed", "vit.embeddings.position_embeddings"},
    {"patch_embed.proj.", "vit.embeddings.patch_embeddings.projection."},
    {"blocks.*.norm1.", "vit.encoder.layer.*.layernorm_before."},
    {"blocks.*.norm2.", "vit.encoder.layer.*.layernorm_after."},
    {"blocks.*.attn.qkv.", "vit.encoder.layer.*.qkv."},
    {"blocks.*.attn.proj.", "vit.encoder.layer.*.attention.output.dense."},
    {"blocks.*.mlp.fc1.", "vit.encoder.layer.*.intermediate.dense."},
    {"blocks.*.mlp.fc2.", "vit.encoder.layer.*.output.dense."},
    {"norm.", "vit.layernorm."},
    {"head.", "classifier."}};

TensorMap transformers4() {
  TensorMap file = spelled(timm_vit(), kToTransformers4);
  split_qkv(file, "vit.encoder.layer.0.qkv",
            {"vit.encoder.layer.0.attention.attention.query",
             "vit.encoder.layer.0.attention.attention.key",
             "vit.encoder.layer.0.attention.attention.value"});
  return file;
}

const std::vector<NameRule> kToTransformersDINOv2 = {
    {"cls_token", "embeddings.cls_token"},
    {"pos_embed", "embeddings.position_embeddings"},
    {"patch_embed.proj.", "embeddings.patch_embeddings.projection."},
    {"blocks.*.attn.qkv.", "encoder.layer.*.qkv."},
    {"blocks.*.attn.proj.", "encoder.layer.*.attention.output.dense."},
    {"blocks.*.ls1.gamma", "encoder.layer.*.layer_scale1.lambda1"},
    {"blocks.*.ls2.gamma", "encoder.layer.*.layer_scale2.lambda1"},
    {"blocks.", "encoder.layer."},
    {"norm.", "layernorm."}};

TensorMap without_head(TensorMap tensors) {
  tensors.erase("head.weight");
  tensors.erase("head.bias");
  return tensors;
}

/// Google's layout of one block's tensors.
void put_google_block(TensorMap& file, const TensorMap& timm, const std::string& from,
                      const std::string& to, bool vit_jax) {
  const std::string attention = to + "MultiHeadDotProductAttention_" + (vit_jax ? "1/" : "0/");
  const std::string mlp = to + "MlpBlock_" + (vit_jax ? "3/" : "0/");
  const std::int64_t width = kDim / kHeads;
  const auto norm = [&](const std::string& name, const std::string& ours) {
    file[to + name + "/scale"] = timm.at(from + ours + ".weight");
    file[to + name + "/bias"] = timm.at(from + ours + ".bias");
  };
  norm("LayerNorm_0", "norm1");
  norm(vit_jax ? "LayerNorm_2" : "LayerNorm_1", "norm2");
  const auto weights = timm.at(from + "attn.qkv.weight").chunk(3, 0);
  const auto biases = timm.at(from + "attn.qkv.bias").chunk(3, 0);
  for (std::size_t part = 0; part < 3; ++part) {
    const std::string name = attention + std::vector<std::string>{"query", "key", "value"}[part];
    file[name + "/kernel"] = weights[part].t().reshape({kDim, kHeads, width});
    file[name + "/bias"] = biases[part].reshape({kHeads, width});
  }
  file[attention + "out/kernel"] =
      timm.at(from + "attn.proj.weight").t().reshape({kHeads, width, kDim});
  file[attention + "out/bias"] = timm.at(from + "attn.proj.bias");
  for (const std::string layer : {"1", "2"}) {
    const std::string dense = mlp + (layer == "1" ? "Dense_0/" : "Dense_1/");
    file[dense + "kernel"] = timm.at(from + "mlp.fc" + layer + ".weight").t();
    file[dense + "bias"] = timm.at(from + "mlp.fc" + layer + ".bias");
  }
}

TensorMap google(const std::string& prefix, bool vit_jax, bool scan) {
  const TensorMap timm = timm_vit();
  TensorMap file;
  file["embedding/kernel"] = timm.at("patch_embed.proj.weight").permute({2, 3, 1, 0});
  file["embedding/bias"] = timm.at("patch_embed.proj.bias");
  file["cls"] = timm.at("cls_token");
  file[vit_jax ? "Transformer/posembed_input/pos_embedding" : "pos_embedding"] =
      timm.at("pos_embed");
  file["Transformer/encoder_norm/scale"] = timm.at("norm.weight");
  file["Transformer/encoder_norm/bias"] = timm.at("norm.bias");
  file["head/kernel"] = timm.at("head.weight").t();
  file["head/bias"] = timm.at("head.bias");
  std::vector<TensorMap> blocks(kDepth);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    put_google_block(blocks[i], timm, "blocks." + std::to_string(i) + ".", "", vit_jax);
    for (const auto& [name, tensor] : blocks[i])
      if (!scan) file["Transformer/encoderblock_" + std::to_string(i) + "/" + name] = tensor;
  }
  if (scan)
    for (const auto& [name, tensor] : blocks[0])
      file["Transformer/encoderblock/" + name] = torch::stack({tensor, blocks[1].at(name)});
  return spelled(file, {}, prefix);
}

}  // namespace

TEST_CASE("timm's names stay, also behind the prefixes of wrappers") {
  const TensorMap timm = timm_vit();
  CHECK(check(timm, "timm", timm).names.renamed.empty());
  for (const std::string prefix : {"module.", "_orig_mod.", "model.", "module._orig_mod."})
    CHECK(check(spelled(timm, {}, prefix), "timm", timm).wrapper == prefix);
  check(spelled(timm, {}, "backbone."), "timm", timm);
  check(spelled(timm, {}, "encoder."), "timm", timm);
}

TEST_CASE("A checkpoint of this program comes without its optimizer") {
  TensorMap file = timm_vit();
  file["optim/exp_avg/head.bias"] = torch::zeros({kClasses});
  const NamedWeights weights = check(file, "timm", timm_vit());
  REQUIRE(weights.names.dropped.size() == 1);
  CHECK(weights.names.dropped[0].name == "optim/exp_avg/head.bias");
}

TEST_CASE("Google's npz: vit_jax and big_vision, with each prefix, and stacked blocks") {
  const std::string name = "Google's npz (vit_jax, big_vision)";
  for (const std::string prefix : {"", "opt/target/", "params/", "params/img/"})
    for (const bool vit_jax : {true, false})
      for (const bool scan : {true, false}) {
        if (vit_jax && scan) continue;
        INFO(prefix << " vit_jax " << vit_jax << " scan " << scan);
        const NamedWeights weights = check(google(prefix, vit_jax, scan), name, timm_vit());
        CHECK(weights.names.options.at("num_heads") == std::to_string(kHeads));
        CHECK(weights.convention->pos_embed == vit::Interpolation::bilinear);
      }
}

TEST_CASE("big_vision's attention pooling becomes attn_pool") {
  Numbers numbers;
  TensorMap file = google("params/img/", false, false);
  const std::string from = "params/img/MAPHead_0/", width = "MultiHeadDotProductAttention_0/";
  const torch::Tensor q = numbers({kDim, kDim}), kv = numbers({2 * kDim, kDim}),
                      proj = numbers({kDim, kDim});
  const auto heads = [](const torch::Tensor& rows) {
    return rows.t().reshape({kDim, kHeads, kDim / kHeads});
  };
  file[from + "probe"] = numbers({1, 1, kDim});
  file[from + width + "query/kernel"] = heads(q);
  file[from + width + "key/kernel"] = heads(kv.narrow(0, 0, kDim));
  file[from + width + "value/kernel"] = heads(kv.narrow(0, kDim, kDim));
  file[from + width + "out/kernel"] = proj.t().reshape({kHeads, kDim / kHeads, kDim});
  file["params/t"] = torch::ones({1});
  const NamedWeights weights = vit::to_timm(file, "test");
  CHECK(torch::equal(weights.names.tensors.at("attn_pool.q.weight"), q));
  CHECK(torch::equal(weights.names.tensors.at("attn_pool.kv.weight"), kv));
  CHECK(torch::equal(weights.names.tensors.at("attn_pool.proj.weight"), proj));
  CHECK(weights.names.tensors.contains("attn_pool.latent"));
  REQUIRE(weights.names.dropped.size() == 1);  // the text tower's temperature
}

TEST_CASE("torchvision's ViT, in both spellings of its MLP") {
  for (const bool legacy : {false, true})
    check(
        spelled(timm_vit(),
                {{"cls_token", "class_token"},
                 {"patch_embed.proj.", "conv_proj."},
                 {"pos_embed", "encoder.pos_embedding"},
                 {"norm.", "encoder.ln."},
                 {"head.", "heads.head."},
                 {"blocks.*.norm1.", "encoder.layers.encoder_layer_*.ln_1."},
                 {"blocks.*.norm2.", "encoder.layers.encoder_layer_*.ln_2."},
                 {"blocks.*.attn.qkv.weight",
                  "encoder.layers.encoder_layer_*.self_attention.in_proj_weight"},
                 {"blocks.*.attn.qkv.bias",
                  "encoder.layers.encoder_layer_*.self_attention.in_proj_bias"},
                 {"blocks.*.attn.proj.", "encoder.layers.encoder_layer_*.self_attention.out_proj."},
                 {"blocks.*.mlp.fc1.", legacy ? "encoder.layers.encoder_layer_*.mlp.linear_1."
                                              : "encoder.layers.encoder_layer_*.mlp.0."},
                 {"blocks.*.mlp.fc2.", legacy ? "encoder.layers.encoder_layer_*.mlp.linear_2."
                                              : "encoder.layers.encoder_layer_*.mlp.3."}}),
        "torchvision's ViT", timm_vit());
}

TEST_CASE("ViT of transformers 4 and 5") {
  const NamedWeights weights = check(transformers4(), "ViT of transformers", timm_vit());
  CHECK(weights.names.options.at("norm_eps") == "1e-12");
  TensorMap file5 =
      spelled(timm_vit(), {{"cls_token", "vit.embeddings.cls_token"},
                           {"pos_embed", "vit.embeddings.position_embeddings"},
                           {"patch_embed.proj.", "vit.embeddings.patch_embeddings.projection."},
                           {"blocks.*.norm1.", "vit.layers.*.layernorm_before."},
                           {"blocks.*.norm2.", "vit.layers.*.layernorm_after."},
                           {"blocks.*.attn.qkv.", "vit.layers.*.qkv."},
                           {"blocks.*.attn.proj.", "vit.layers.*.attention.o_proj."},
                           {"blocks.", "vit.layers."},
                           {"norm.", "vit.layernorm."},
                           {"head.", "classifier."}});
  split_qkv(file5, "vit.layers.0.qkv",
            {"vit.layers.0.attention.q_proj", "vit.layers.0.attention.k_proj",
             "vit.layers.0.attention.v_proj"});
  check(file5, "ViT of transformers", timm_vit());
}

TEST_CASE("DeiT of transformers has a second token and head") {
  TensorMap file = transformers4();
  TensorMap expected = timm_vit();
  file["vit.embeddings.distillation_token"] = expected["dist_token"] = torch::ones({1, 1, kDim});
  for (const std::string kind : {"weight", "bias"}) {
    file["cls_classifier." + kind] = file.at("classifier." + kind);
    file.erase("classifier." + kind);
    file["distillation_classifier." + kind] = expected["head_dist." + kind] =
        expected.at("head." + kind) + 1;
  }
  check(file, "ViT of transformers", expected);
}

TEST_CASE("Of ViTMAE of transformers the encoder is taken, and the decoder left out by name") {
  TensorMap file = transformers4();
  file.erase("classifier.weight");
  file.erase("classifier.bias");
  file["decoder.decoder_embed.weight"] = torch::zeros({4, kDim});
  const NamedWeights weights = check(file, "ViTMAE of transformers", without_head(timm_vit()));
  REQUIRE(weights.names.dropped.size() == 1);
  CHECK(weights.names.dropped[0].name == "decoder.decoder_embed.weight");
  CHECK_THAT(weights.names.dropped[0].reason, Catch::Contains("the encoder is taken"));
}

TEST_CASE("DINOv2 of transformers: LayerScale, packed SwiGLU, registers") {
  const TensorMap timm = without_head(timm_vit(true));
  TensorMap file = spelled(timm, kToTransformersDINOv2);
  split_qkv(file, "encoder.layer.0.qkv",
            {"encoder.layer.0.attention.attention.query", "encoder.layer.0.attention.attention.key",
             "encoder.layer.0.attention.attention.value"});
  file["embeddings.mask_token"] = torch::zeros({1, kDim});
  const NamedWeights plain = check(file, "DINOv2 of transformers", timm);
  CHECK(plain.convention->pos_embed == vit::Interpolation::bicubic);

  // SwiGLU in version 5's names: gate and value are rows of timm's fc1, in this order.
  TensorMap gated = file;
  for (const std::string i : {"0", "1"})
    for (const std::string kind : {".weight", ".bias"}) {
      const std::string mlp = "encoder.layer." + i + ".mlp.";
      const auto halves = file.at(mlp + "fc1" + kind).chunk(2, 0);
      gated[mlp + "gate_proj" + kind] = halves[0];
      gated[mlp + "up_proj" + kind] = halves[1];
      gated[mlp + "down_proj" + kind] = file.at(mlp + "fc2" + kind);
      gated.erase(mlp + "fc1" + kind);
      gated.erase(mlp + "fc2" + kind);
    }
  check(gated, "DINOv2 of transformers", timm);

  file["embeddings.register_tokens"] = torch::ones({1, 4, kDim});
  TensorMap expected = timm;
  expected["reg_token"] = torch::ones({1, 4, kDim});
  expected["cls_token"] = timm.at("cls_token") + timm.at("pos_embed").narrow(1, 0, 1);
  expected["pos_embed"] = timm.at("pos_embed").narrow(1, 1, kPatches);
  const NamedWeights registers = check(file, "DINOv2 with registers of transformers", expected);
  CHECK(registers.convention->pos_embed == vit::Interpolation::bicubic_antialias);
}

TEST_CASE("CLIP of transformers: the picture tower, its projection as a head without bias") {
  TensorMap timm = timm_vit();
  timm.erase("patch_embed.proj.bias");
  timm["norm_pre.weight"] = torch::ones({kDim});
  timm["norm_pre.bias"] = torch::zeros({kDim});
  timm["head.bias"] = torch::zeros({kClasses});
  const std::string tower = "vision_model.";
  TensorMap file = spelled(timm,
                           {{"patch_embed.proj.", "embeddings.patch_embedding."},
                            {"norm_pre.", "pre_layrnorm."},
                            {"norm.", "post_layernorm."},
                            {"blocks.*.norm1.", "encoder.layers.*.layer_norm1."},
                            {"blocks.*.norm2.", "encoder.layers.*.layer_norm2."},
                            {"blocks.*.attn.qkv.", "encoder.layers.*.qkv."},
                            {"blocks.*.attn.proj.", "encoder.layers.*.self_attn.out_proj."},
                            {"blocks.", "encoder.layers."}},
                           tower);
  split_qkv(file, "vision_model.encoder.layers.0.qkv",
            {"vision_model.encoder.layers.0.self_attn.q_proj",
             "vision_model.encoder.layers.0.self_attn.k_proj",
             "vision_model.encoder.layers.0.self_attn.v_proj"});
  file["visual_projection.weight"] = timm.at("head.weight");
  for (const std::string name : {"head.weight", "head.bias", "cls_token", "pos_embed"})
    file.erase(tower + name);
  file[tower + "embeddings.class_embedding"] = timm.at("cls_token").flatten();
  file[tower + "embeddings.position_embedding.weight"] = timm.at("pos_embed").squeeze(0);
  file["text_model.final_layer_norm.weight"] = torch::ones({kDim});
  file["logit_scale"] = torch::ones({});
  const NamedWeights weights = check(file, "CLIP of transformers", timm);
  CHECK(weights.names.options.at("act_layer") == "quick_gelu");
  CHECK(weights.names.options.at("norm_eps") == "1e-5");
  CHECK(weights.names.dropped.size() == 2);
}

TEST_CASE("CLIP of OpenAI and open_clip; open_clip with timm's tower") {
  TensorMap timm = timm_vit();
  timm.erase("patch_embed.proj.bias");
  timm["norm_pre.weight"] = torch::ones({kDim});
  timm["norm_pre.bias"] = torch::zeros({kDim});
  timm["head.bias"] = torch::zeros({kClasses});
  const std::string tower = "visual.";
  TensorMap file =
      spelled(timm,
              {{"patch_embed.proj.", "conv1."},
               {"norm_pre.", "ln_pre."},
               {"norm.", "ln_post."},
               {"blocks.*.norm1.", "transformer.resblocks.*.ln_1."},
               {"blocks.*.norm2.", "transformer.resblocks.*.ln_2."},
               {"blocks.*.attn.qkv.weight", "transformer.resblocks.*.attn.in_proj_weight"},
               {"blocks.*.attn.qkv.bias", "transformer.resblocks.*.attn.in_proj_bias"},
               {"blocks.*.attn.proj.", "transformer.resblocks.*.attn.out_proj."},
               {"blocks.*.mlp.fc1.", "transformer.resblocks.*.mlp.c_fc."},
               {"blocks.*.mlp.fc2.", "transformer.resblocks.*.mlp.c_proj."}},
              tower);
  for (const std::string name : {"head.weight", "head.bias", "cls_token", "pos_embed"})
    file.erase(tower + name);
  file[tower + "proj"] = timm.at("head.weight").t();
  file[tower + "class_embedding"] = timm.at("cls_token").flatten();
  file[tower + "positional_embedding"] = timm.at("pos_embed").squeeze(0);
  file["transformer.resblocks.0.ln_1.weight"] = torch::ones({kDim});  // the text tower's
  file["token_embedding.weight"] = torch::ones({5, kDim});
  const std::string name = "CLIP (OpenAI, open_clip)";
  CHECK(check(file, name, timm).names.options.at("act_layer") == "gelu");
  file["input_resolution"] = torch::ones({});
  CHECK(check(file, name, timm).names.options.at("act_layer") == "quick_gelu");

  // A classifier on the embedding is no head that a model here has, and isn't lost either.
  TensorMap tuned = file;
  tuned["classifier.weight"] = torch::ones({2, kClasses});
  const NamedWeights with_classifier = vit::to_timm(tuned, "test");
  CHECK(with_classifier.names.heads == std::vector<std::string>{"classifier.weight", "proj"});

  TensorMap trunk = spelled(without_head(timm), {}, "visual.trunk.");
  trunk["visual.head.proj.weight"] = timm.at("head.weight");
  trunk["text.token_embedding.weight"] = torch::ones({5, kDim});
  check(trunk, "open_clip with timm's tower", timm);

  // What else its projection has is not lost: no head that a model here has is this one.
  for (const std::string more :
       {"visual.head.proj.bias", "visual.head.mlp.fc1.weight", "visual.head.pool.qkv.weight"}) {
    CAPTURE(more);
    TensorMap projected = trunk;
    projected[more] = torch::ones({kClasses});
    CHECK(vit::to_timm(projected, "test").names.heads ==
          std::vector<std::string>{"visual.head.proj.weight", more});
  }
}

TEST_CASE("DeiT-III: gamma_1 is LayerScale") {
  check(spelled(timm_vit(true), {{"blocks.*.ls1.gamma", "blocks.*.gamma_1"},
                                 {"blocks.*.ls2.gamma", "blocks.*.gamma_2"}}),
        "DeiT-III", timm_vit(true));
}

TEST_CASE("MAE: the encoder is taken, the decoder left out") {
  TensorMap file = without_head(timm_vit());
  for (const std::string name : {"mask_token", "decoder_embed.weight", "decoder_pos_embed",
                                 "decoder_blocks.0.norm1.weight", "decoder_pred.bias"})
    file[name] = torch::zeros({1});
  const NamedWeights weights = check(file, "MAE", without_head(timm_vit()));
  CHECK(weights.names.dropped.size() == 5);
  CHECK(weights.convention->pos_embed == vit::Interpolation::bicubic);
}

TEST_CASE("DINO: the teacher's encoder, without the student and the projection heads") {
  const TensorMap encoder = without_head(timm_vit());
  TensorMap file = spelled(encoder, {}, "teacher.backbone.");
  for (const auto& [name, tensor] : encoder) file["student.module.backbone." + name] = tensor + 1;
  file["teacher.head.mlp.0.weight"] = torch::zeros({4, kDim});
  file["dino_loss.center"] = torch::zeros({1, 4});
  const NamedWeights weights = check(file, "DINO", encoder);
  CHECK(weights.convention->pos_embed == vit::Interpolation::bicubic_offset);
  CHECK(weights.names.dropped.size() == encoder.size() + 2);
}

TEST_CASE("DINOv2: mask token, SwiGLU, registers with the class token's position folded in") {
  const TensorMap timm = without_head(timm_vit(true));
  TensorMap file = spelled(timm, {{"blocks.*.mlp.fc1.", "blocks.*.mlp.w12."},
                                  {"blocks.*.mlp.fc2.", "blocks.*.mlp.w3."}});
  file["mask_token"] = torch::zeros({1, kDim});
  check(file, "DINOv2", timm);

  // Blocks in chunks, as sharded pretraining writes them.
  check(spelled(file, {{"blocks.0.", "blocks.0.0."}, {"blocks.1.", "blocks.0.1."}}), "DINOv2",
        timm);

  file["register_tokens"] = torch::ones({1, 4, kDim});
  TensorMap expected = timm;
  expected["reg_token"] = torch::ones({1, 4, kDim});
  expected["cls_token"] = timm.at("cls_token") + timm.at("pos_embed").narrow(1, 0, 1);
  expected["pos_embed"] = timm.at("pos_embed").narrow(1, 1, kPatches);
  check(file, "DINOv2 with registers", expected);
}

TEST_CASE("DINOv3 has timm's EVA names; keys have no bias") {
  TensorMap file = without_head(timm_vit(true));
  file.erase("pos_embed");
  TensorMap expected = spelled(file, {{"blocks.*.ls1.gamma", "blocks.*.gamma_1"},
                                      {"blocks.*.ls2.gamma", "blocks.*.gamma_2"}});
  for (const std::string attention : {"blocks.0.attn.", "blocks.1.attn."}) {
    const auto parts = expected.at(attention + "qkv.bias").chunk(3, 0);
    expected[attention + "q_bias"] = parts[0];
    expected[attention + "v_bias"] = parts[2];
    expected.erase(attention + "qkv.bias");
    file[attention + "qkv.bias_mask"] = torch::ones({3 * kDim});
  }
  file["storage_tokens"] = expected["reg_token"] = torch::ones({1, 4, kDim});
  file["mask_token"] = torch::zeros({1, kDim});
  file["rope_embed.periods"] = torch::ones({2});
  check(file, "DINOv3", expected);

  // The distilled models were published with biases that are all zero.
  for (const std::string attention : {"blocks.0.attn.", "blocks.1.attn."}) {
    file[attention + "qkv.bias"] = torch::zeros({3 * kDim});
    expected.erase(attention + "q_bias");
    expected.erase(attention + "v_bias");
  }
  check(file, "DINOv3", expected);
}

TEST_CASE("BEiT of transformers: relative positions of each block, of all, or the sum of both") {
  TensorMap expected;
  const torch::Tensor own = torch::arange(24.0F).view({12, 2}), shared = torch::ones({12, 2});
  const auto with = [&](bool blocks, bool all) {
    TensorMap both = transformers4();
    for (const std::string i : {"0", "1"}) {
      const std::string attention = "vit.encoder.layer." + i + ".attention.attention.";
      both.erase(attention + "key.bias");
      if (blocks) both[attention + "relative_position_bias.relative_position_bias_table"] = own;
      torch::Tensor sum = torch::zeros({12, 2});
      if (blocks) sum = sum + own;
      if (all) sum = sum + shared;
      expected["blocks." + i + ".attn.rel_pos.relative_position_bias_table"] = sum;
    }
    if (all) both["vit.encoder.relative_position_bias.relative_position_bias_table"] = shared;
    return vit::to_timm(both, "test").names.tensors;
  };
  for (const auto& [blocks, all] : {std::pair{true, false}, {false, true}, {true, true}}) {
    const TensorMap found = with(blocks, all);
    for (const std::string i : {"0", "1"}) {
      const std::string name = "blocks." + i + ".attn.rel_pos.relative_position_bias_table";
      REQUIRE(found.contains(name));
      CHECK(torch::equal(found.at(name), expected.at(name)));
    }
  }
}

TEST_CASE("Two tensors that are one and the same here are refused: neither is lost") {
  vit::Translation names({});
  names.put("a", torch::ones({2}), "x");
  CHECK_NOTHROW(names.put("a", torch::ones({2}), "y"));
  CHECK_THROWS_WITH(names.put("a", torch::zeros({2}), "z"),
                    Catch::Contains("\"z\"") && Catch::Contains("\"a\""));
}

TEST_CASE("DINOv3 of transformers") {
  TensorMap timm = without_head(timm_vit(true, /*qkv_bias=*/false));
  timm.erase("pos_embed");
  const TensorMap expected = spelled(timm, {{"blocks.*.ls1.gamma", "blocks.*.gamma_1"},
                                            {"blocks.*.ls2.gamma", "blocks.*.gamma_2"}});
  for (const std::string layers : {"layer.", "model.layer."}) {
    const std::string q = layers + "*.qkv.", scale1 = layers + "*.layer_scale1.lambda1",
                      scale2 = layers + "*.layer_scale2.lambda1",
                      proj = layers + "*.attention.o_proj.", up = layers + "*.mlp.up_proj.",
                      down = layers + "*.mlp.down_proj.", norm1 = layers + "*.norm1.",
                      norm2 = layers + "*.norm2.";
    TensorMap file = spelled(timm, {{"cls_token", "embeddings.cls_token"},
                                    {"patch_embed.proj.", "embeddings.patch_embeddings."},
                                    {"blocks.*.attn.qkv.", q},
                                    {"blocks.*.ls1.gamma", scale1},
                                    {"blocks.*.ls2.gamma", scale2},
                                    {"blocks.*.attn.proj.", proj},
                                    {"blocks.*.mlp.fc1.", up},
                                    {"blocks.*.mlp.fc2.", down},
                                    {"blocks.*.norm1.", norm1},
                                    {"blocks.*.norm2.", norm2}});
    split_qkv(file, layers + "0.qkv",
              {layers + "0.attention.q_proj", layers + "0.attention.k_proj",
               layers + "0.attention.v_proj"});
    file["embeddings.mask_token"] = torch::zeros({1, 1, kDim});
    check(file, "DINOv3 of transformers", expected);
  }
}

TEST_CASE("Segmenter's encoder") {
  TensorMap file = spelled(timm_vit(), {}, "encoder.");
  file["decoder.cls_emb"] = torch::zeros({1, 3, 4});
  CHECK(check(file, "Segmenter", timm_vit()).names.options.at("norm_eps") == "1e-5");
}

TEST_CASE("ConvNeXt's own names") {
  const auto one = [] { return torch::ones({1}); };
  check({{"downsample_layers.0.0.weight", one()},
         {"downsample_layers.1.0.weight", one()},
         {"stages.0.0.dwconv.weight", one()},
         {"stages.0.0.pwconv1.weight", one()},
         {"stages.0.0.pwconv2.bias", one()},
         {"stages.0.0.norm.weight", one()},
         {"stages.0.0.gamma", one()},
         {"norm.weight", one()},
         {"head.weight", one()},
         {"head.bias", one()}},
        "ConvNeXt (its own repository)",
        {{"stem.0.weight", one()},
         {"stages.1.downsample.0.weight", one()},
         {"stages.0.blocks.0.conv_dw.weight", one()},
         {"stages.0.blocks.0.mlp.fc1.weight", one()},
         {"stages.0.blocks.0.mlp.fc2.bias", one()},
         {"stages.0.blocks.0.norm.weight", one()},
         {"stages.0.blocks.0.gamma", one()},
         {"head.norm.weight", one()},
         {"head.fc.weight", one()},
         {"head.fc.bias", one()}});
}

TEST_CASE("Names of one source with shapes of another are an error that names the source") {
  TensorMap file = google("", true, false);
  file["embedding/kernel"] = torch::zeros({3, 4});
  try {
    (void)vit::to_timm(file, "model.npz");
    FAIL("no error");
  } catch (const vit::Error& error) {
    CHECK(error.kind() == vit::ErrorKind::weights);
    CHECK(error.where() == "model.npz");
    CHECK_THAT(error.problem(), Catch::Contains("Google's npz"));
  }
}
