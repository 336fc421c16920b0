#include "vit/experiment/unread_options.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "vit/core/error.h"
#include "vit/core/glob.h"
#include "vit/experiment/config_difference.h"
#include "vit/run/built_experiment.h"

using vit::test::Bench;
using vit::test::WorkingFolder;

namespace {

const char* const kBase =
    "data: {image_size: 16, num_train: 20, num_val: 8, batch_size: 4, workers: 0}\n"
    "augment: {train: [resize, hflip]}\n"
    "model: {name: vit_tiny_patch16_224, img_size: 8, patch_size: 4, embed_dim: 8, depth: 1,\n"
    "        num_heads: 2, dynamic_img_size: true}\n"
    "schedule: {epochs: 3, warmup_epochs: 0}\n"
    "train: {device: cpu, threads: 1}\n"
    "export: {torchscript: false}\n";

vit::Experiment experiment(const std::vector<std::string>& sets) {
  return vit::parse_experiment(kBase, "small.yaml", sets);
}

/// A key with a value that is not its default, and what else has to be set for it to have a say.
struct Case {
  std::string key, value;
  std::vector<std::string> with{};
};

/// Of the options of a classifier.
std::vector<Case> classify_cases() {
  const std::string bce = "task.loss=bce", mixup = "augment.mixup=0.8";
  return {
      {"task.smoothing", "0.3"},
      {"task.loss", "bce"},
      {"task.class_weights", "[5, 1, 1, 1, 1, 1, 1, 1, 1, 1]"},
      {"task.bce_target_thresh", "0.6", {bce, mixup}},
      {"task.bce_sum", "true", {bce, "optim.opt=sgd"}},
      {"task.focal_gamma", "4", {"task.loss=focal"}},
      {"task.jsd_splits", "2", {"task.loss=jsd", "augment.aa=augmix"}},
      {"task.jsd_alpha", "2", {"task.loss=jsd", "augment.aa=augmix"}},
  };
}

/// Of those of a segmenter.
std::vector<Case> segment_cases() {
  const std::string masks = "task.head=mask_transformer", slide = "task.inference.mode=slide",
                    wide = "model.img_size=[8, 12]", fast = "optim.lr=0.02";
  return {
      {"task.head", "decoder_linear"},
      {"task.layers", "[0]", {"model.depth=2"}},
      {"task.linear.dropout", "0.5"},
      {"task.decoder.n_layers", "1", {masks}},
      {"task.decoder.n_heads", "2", {masks}},
      {"task.decoder.d_model", "16", {masks}},
      {"task.decoder.d_ff", "8", {masks}},
      {"task.decoder.dropout", "0.5", {masks}},
      {"task.decoder.drop_path", "0.5", {masks}},
      {"task.loss.ce", "2"},
      {"task.loss.dice", "1"},
      {"task.loss.dice_smooth", "100", {"task.loss.dice=1"}},
      {"task.loss.class_weights", "[9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"},
      {"task.inference.mode", "slide", {wide, fast}},
      {"task.inference.stride", "1", {slide, wide, fast}},
      {"task.inference.flip", "true", {fast}},
      {"task.inference.scales", "[2.5]", {slide, wide, fast}},
  };
}

/// Of those of a masked autoencoder.
std::vector<Case> mae_cases() {
  return {
      {"task.method", "simmim", {"task.mask_size=4"}},
      {"task.mask_ratio", "0.5"},
      {"task.mask_size", "4", {"task.method=simmim"}},
      {"task.norm_pix_loss", "true"},
      {"task.decoder.embed_dim", "64"},
      {"task.decoder.depth", "1"},
      {"task.decoder.num_heads", "2"},
      {"task.decoder.mlp_ratio", "2"},
      {"task.knn", "0"},
  };
}

/// Of those of LeJEPA.
std::vector<Case> lejepa_cases() {
  return {
      {"task.lambda", "0.5"},          {"task.directions", "8"},
      {"task.centre", "global"},       {"task.projector.hidden_dim", "16"},
      {"task.projector.out_dim", "8"}, {"task.knn", "0"},
  };
}

/// Of those of DINO.
std::vector<Case> dino_cases() {
  const std::string ibot = "task.ibot_weight=1", larger = "model.img_size=24";
  return {
      {"task.head.out_dim", "16"},
      {"task.head.hidden_dim", "16"},
      {"task.head.bottleneck_dim", "8"},
      {"task.head.nlayers", "2"},
      {"task.head.use_bn", "true"},
      {"task.head.norm_last_layer", "false"},
      {"task.centering", "sinkhorn_knopp"},
      {"task.center_momentum", "0.5"},
      {"task.student_temp", "0.5"},
      {"task.warmup_teacher_temp", "0.02", {"task.warmup_teacher_temp_epochs=2"}},
      {"task.teacher_temp", "0.1"},
      {"task.warmup_teacher_temp_epochs", "2", {"task.warmup_teacher_temp=0.02"}},
      {"task.momentum_teacher", "0.5"},
      {"task.momentum_teacher_end", "0.5"},
      {"task.freeze_last_layer", "0"},
      {"task.koleo_weight", "0.1"},
      {"task.ibot_weight", "1", {larger}},
      {"task.ibot.probability", "1", {ibot, larger}},
      {"task.ibot.ratio", "[0.4, 0.5]", {ibot, larger}},
      {"task.knn", "0"},
  };
}

/// Of those of a detector.
std::vector<Case> detect_cases() {
  const std::string yolos = "task.head=yolos", rf_detr = "task.head=rf_detr",
                    masks = "task.masks=true", several = "data.max_objects=4",
                    larger = "model.img_size=16", deeper = "model.depth=2",
                    windows = "task.rf_detr.num_windows=2";
  std::vector<Case> cases = {
      {"task.head", "yolos"},
      {"task.fcos.channels", "64"},
      {"task.fcos.num_convs", "2"},
      {"task.fcos.scale_factors", "[1]"},
      {"task.fcos.extra_level", "true"},
      {"task.fcos.points", "corner"},
      {"task.fcos.center_radius", "0.5", {larger}},
      {"task.yolos.num_detection_tokens", "5", {yolos}},
      {"task.yolos.use_mid_position_embeddings", "true", {yolos, deeper}},
      {"task.masks", "true", {rf_detr}},
      {"task.rf_detr.mask_downsample_ratio", "2", {rf_detr, masks, larger}},
      {"task.rf_detr.mask_point_sample_ratio", "1", {rf_detr, masks, larger}},
      {"task.rf_detr.mask_ce_loss_coef", "9", {rf_detr, masks, larger}},
      {"task.rf_detr.mask_dice_loss_coef", "9", {rf_detr, masks, larger}},
      {"task.rf_detr.variant", "medium", {rf_detr}},
      {"task.rf_detr.num_windows", "1", {rf_detr, larger, deeper, windows}},
      {"task.rf_detr.out_feature_indexes", "[2]", {rf_detr, deeper}},
      {"task.rf_detr.dec_layers", "1", {rf_detr}},
      {"task.rf_detr.num_queries", "3", {rf_detr}},
      {"task.rf_detr.group_detr", "1", {rf_detr}},
      {"task.rf_detr.hidden_dim", "32", {rf_detr}},
      {"task.rf_detr.sa_nheads", "1", {rf_detr}},
      {"task.rf_detr.ca_nheads", "1", {rf_detr}},
      {"task.rf_detr.dec_n_points", "1", {rf_detr}},
      {"task.rf_detr.dim_feedforward", "8", {rf_detr}},
      {"task.rf_detr.projector_blocks", "1", {rf_detr}},
      {"task.rf_detr.projector_norm_eps", "0.1", {rf_detr}},
  };
  for (const char* part : {"bbox", "giou"}) {
    const std::string name = part;
    cases.push_back({"task.yolos." + name + "_loss_coefficient", "9", {yolos}});
    cases.push_back({"task.rf_detr." + name + "_loss_coef", "9", {rf_detr}});
  }
  cases.push_back({"task.yolos.eos_coefficient", "0.9", {yolos}});
  cases.push_back({"task.rf_detr.cls_loss_coef", "9", {rf_detr}});
  for (const char* part : {"class", "bbox", "giou"}) {
    const std::string name = part;
    cases.push_back({"task.yolos." + name + "_cost", "1000", {yolos, several}});
    cases.push_back({"task.rf_detr.set_cost_" + name, "1000", {rf_detr, several}});
  }
  return cases;
}

/// Of those of a captioner.
std::vector<Case> caption_cases() {
  return {
      {"task.context_length", "10"},
      {"task.vocab_size", "600"},
      {"task.decoder.width", "16"},
      {"task.decoder.layers", "2"},
      {"task.decoder.heads", "2"},
      {"task.decoder.mlp_ratio", "2"},
      {"task.decoder.tied", "false"},
      {"task.decoder.positions", "sincos"},
      {"task.decoder.drop", "0.5"},
      {"task.decoder.summary", "max"},
      {"task.vocabulary", "[a r]"},
      {"task.parallel", "0.75"},
      {"task.attributes", "['colour: red green blue']"},
  };
}

/// Of those of images beside texts.
std::vector<Case> contrast_cases() {
  const std::string clip = "task.loss=clip", eot = "task.text.pool=eot";
  return {
      {"task.loss", "clip"},
      {"task.embed_dim", "4"},
      {"task.lock_image", "true"},
      {"task.init_logit_scale", "1"},
      {"task.init_logit_bias", "-2"},
      {"task.vocabulary", "[a r]"},
      {"task.text.vocab_size", "600"},
      {"task.text.context_length", "10"},
      {"task.text.width", "16"},
      {"task.text.layers", "2"},
      {"task.text.heads", "2"},
      {"task.text.mlp_ratio", "2"},
      {"task.text.act_layer", "relu"},
      {"task.text.norm_eps", "0.1"},
      {"task.text.causal", "false", {clip}},
      {"task.text.pool", "eot"},
      {"task.text.eos_token_id", "300", {eot}},
      {"task.text.proj_bias", "false"},
  };
}

/// Of what every task has.
std::vector<Case> common_cases() {
  const std::string mixup = "augment.mixup=0.8", erase = "augment.reprob=1",
                    ema = "train.model_ema=0.9", clip = "optim.clip_grad=0.01",
                    lora = "lora.rank=2";
  const auto sched = [](const std::string& name) { return "schedule.sched=" + name; };
  return {
      {"seed", "1"},
      {"optim.opt", "sgd"},
      {"optim.lr", "0.01"},
      {"optim.lr_base", "0.1"},
      {"optim.lr_base_size", "64", {"optim.lr_base=0.1"}},
      {"optim.lr_base_scale", "linear", {"optim.lr_base=0.1"}},
      {"optim.weight_decay", "0.5", {"optim.lr=0.1"}},
      {"optim.betas", "[0.5, 0.9]"},
      {"optim.eps", "0.1"},
      {"optim.momentum", "0.1", {"optim.opt=sgd"}},
      {"optim.clip_grad", "0.01", {"optim.opt=sgd"}},
      {"optim.clip_mode", "value", {clip, "optim.opt=sgd"}},
      {"optim.layer_decay", "0.5"},
      {"optim.layer_decay_min_scale", "0.9", {"optim.layer_decay=0.1"}},
      {"optim.layer_decay_style", "mae", {"optim.layer_decay=0.5"}},
      {"optim.no_weight_decay", "['*']", {"optim.lr=0.1"}},
      {"optim.groups", "[{match: '*head.*', lr_scale: 10}]"},
      {"optim.trust_coeff", "0.1", {"optim.opt=lars"}},
      {"optim.ns_steps", "1", {"optim.opt=muon"}},
      {"optim.sam_rho", "0.5"},
      {"schedule.sched", "constant"},
      {"schedule.epochs", "2"},
      {"schedule.sched_on_updates", "false"},
      {"schedule.warmup_epochs", "1"},
      {"schedule.warmup_lr", "5e-4", {"schedule.warmup_epochs=1"}},
      {"schedule.min_lr", "5e-4"},
      {"schedule.warmup_prefix", "true", {"schedule.warmup_epochs=1"}},
      {"schedule.cooldown_epochs", "1"},
      {"schedule.decay_epochs", "1", {sched("step")}},
      {"schedule.decay_milestones", "[1]", {sched("multistep")}},
      {"schedule.decay_rate", "0.9", {sched("step"), "schedule.decay_epochs=1"}},
      {"schedule.poly_power", "2", {sched("poly")}},
      {"schedule.lr_k_decay", "2"},
      {"schedule.lr_cycle_limit", "2"},
      {"schedule.lr_cycle_mul", "2", {"schedule.lr_cycle_limit=2"}},
      {"schedule.lr_cycle_decay", "0.1", {"schedule.lr_cycle_limit=2"}},
      {"schedule.lr_cycle_epochs", "1"},
      {"schedule.patience_epochs", "0", {sched("plateau"), "optim.lr=1e-6", "schedule.min_lr=0"}},
      {"schedule.weight_decay_end", "5", {"optim.lr=0.1"}},
      {"schedule.momentum_end", "0.1", {"optim.opt=sgd"}},
      {"schedule.drop_path_start", "0", {"model.drop_path_rate=0.5", "model.depth=2"}},
      {"schedule.drop_path_end", "0", {"model.drop_path_rate=0.5", "model.depth=2"}},
      {"schedule.img_size", "[{epoch: 1, img_size: 12}]"},
      {"train.amp", "bf16"},
      {"train.grad_accum_steps", "2"},
      {"train.drop_last", "false", {"data.batch_size=8"}},
      {"train.model_ema", "0.5"},
      {"train.model_ema_warmup", "true", {ema}},
      {"train.model_ema_end", "0.5", {ema}},
      {"train.freeze", "[head]"},
      {"train.unfreeze_epoch", "1", {"train.freeze=[head]"}},
      {"train.early_stopping", "1", {"optim.lr=0", "schedule.min_lr=0"}},
      {"augment.train", "[resize]"},
      {"augment.aa", "rand-m9"},
      {"augment.reprob", "1"},
      {"augment.remode", "const", {erase}},
      {"augment.recount", "3", {erase}},
      {"augment.mixup", "0.8"},
      {"augment.cutmix", "1"},
      {"augment.cutmix_minmax", "[0.2, 0.8]"},
      {"augment.mixup_prob", "0.1", {mixup}},
      {"augment.mixup_switch_prob", "1", {mixup, "augment.cutmix=1"}},
      {"augment.mixup_mode", "elem", {mixup}},
      {"augment.mixup_off_epoch", "1", {mixup}},
      {"augment.multi_scale", "[2]"},
      {"augment.multi_scale_step", "8", {"augment.multi_scale=[2]"}},
      {"lora.rank", "2"},
      {"lora.alpha", "1", {lora}},
      {"lora.targets", "[attn.proj]", {lora}},
      {"data.batch_size", "8"},
      {"data.sampler", "class_balanced"},
      {"data.aug_repeats", "2"},
  };
}

std::vector<Case> cases(std::string_view task) {
  std::vector<Case> all = task == "segment"    ? segment_cases()
                          : task == "mae"      ? mae_cases()
                          : task == "lejepa"   ? lejepa_cases()
                          : task == "dino"     ? dino_cases()
                          : task == "detect"   ? detect_cases()
                          : task == "caption"  ? caption_cases()
                          : task == "contrast" ? contrast_cases()
                                               : classify_cases();
  for (Case& one : common_cases()) {
    // So small a step always completes images a little better, and a large one does not.
    if (task == "mae")
      std::replace(one.with.begin(), one.with.end(), std::string("optim.lr=1e-6"),
                   std::string("optim.lr=0.3"));
    all.push_back(std::move(one));
  }
  return all;
}

/// Keys that change no number of a sound run, only its speed, its memory, its files, or what it
/// does about trouble; and those that need what this test has not (a teacher; views for a task that
/// looks at them), or what a model this small cannot show (which objects, sentences and classes an
/// evaluation finds), whose own tests show that they are read.
const std::set<std::string> kElsewhere = {
    "task.name",
    "task.shown_score",
    "task.max_detections",
    "task.fcos.score_threshold",
    "task.fcos.candidates",
    "task.fcos.nms",
    "task.beams",
    "task.templates",
    "task.tokenizer",
    "task.distillation.type",
    "task.distillation.alpha",
    "task.distillation.tau",
    "task.distillation.teacher_model",
    "task.distillation.teacher_weights",
    "task.distillation.cache_logits",
    "train.device",
    "train.threads",
    "train.deterministic",
    "train.grad_checkpointing",
    "train.model_ema_force_cpu",
    "train.on_nan",
    "train.max_nan",
    "train.loss_spike",
    "train.checkpoint_every",
    "train.keep_checkpoints",
    "train.background_checkpoints",
    "augment.multi_crop.enabled",
    "augment.multi_crop.global.crops",
    "augment.multi_crop.global.size",
    "augment.multi_crop.global.scale",
    "augment.multi_crop.local.crops",
    "augment.multi_crop.local.size",
    "augment.multi_crop.local.scale",
};

/// What keeps a task's own part of the network as small as the rest.
std::vector<std::string> small_network(std::string_view task) {
  if (task == "lejepa") return {"task.projector.hidden_dim=32"};
  if (task == "dino") return {"task.head.hidden_dim=32", "task.head.out_dim=64"};
  if (task == "detect")
    return {"task.fcos.channels=32",           "task.fcos.num_convs=1",
            "task.rf_detr.hidden_dim=16",      "task.rf_detr.sa_nheads=2",
            "task.rf_detr.ca_nheads=2",        "task.rf_detr.dim_feedforward=16",
            "task.rf_detr.group_detr=2",       "task.rf_detr.num_queries=4",
            "task.rf_detr.projector_blocks=0", "task.yolos.num_detection_tokens=4"};
  if (task == "caption") return {"task.decoder.width=8", "task.decoder.layers=1"};
  if (task == "contrast") return {"task.text.width=8", "task.text.layers=1"};
  return {};
}

struct Names final : vit::FieldVisitor {
  void field(const vit::Field& field) override { names.insert(prefix + std::string(field.name)); }
  void section(std::string_view name, std::string_view,
               const std::function<void(vit::FieldVisitor&)>& body) override {
    const std::string outer = prefix;
    prefix += std::string(name) + ".";
    body(*this);
    prefix = outer;
  }
  std::string prefix;
  std::set<std::string> names;
};

/// All numbers that a run gives, or that it refuses to run.
std::string outcome(const std::vector<std::string>& sets) {
  struct Recorder : vit::Observer {
    void on_update(const vit::UpdateEvent& event) override {
      text += vit::str(event.loss, " ", event.grad_norm, " ", event.lr, "\n");
    }
    void on_epoch(const vit::EpochEvent& event) override {
      for (const vit::Metric& metric : event.metrics)
        text += vit::str(metric.name, " ", metric.value, "\n");
    }
    std::string text;
  } recorder;
  try {
    vit::BuiltExperiment built(experiment(sets));
    built.task->prepare(nullptr);
    vit::TrainingParts parts = built.parts();
    vit::TrainingState state;
    vit::TrainingHooks hooks;
    hooks.save = [](vit::CheckpointKind, const vit::TrainingState&) {};
    hooks.observers = {&recorder};
    vit::train(parts, state, hooks);
    double sum = 0;
    for (const auto& parameter : built.task->network().module().parameters())
      sum += parameter.abs().sum().item<double>();
    if (vit::Ema* averages = built.ema())
      for (const auto& [name, average] : averages->tensors())
        sum += average.abs().sum().item<double>();
    char weights[64];
    std::snprintf(weights, sizeof weights, "%.17g", sum);
    return recorder.text + weights;
  } catch (const vit::Error& problem) {
    if (problem.kind() != vit::ErrorKind::usage) throw;
    return "refused: " + std::string(problem.what());
  }
}

}  // namespace

TEST_CASE("Every option of a task changes what a run does, or is refused by name") {
  const Bench quiet;
  const WorkingFolder here(quiet.folder.path());
  std::map<std::vector<std::string>, std::string> known;
  const auto remembered = [&](const std::vector<std::string>& sets) -> const std::string& {
    const auto found = known.find(sets);
    return found != known.end() ? found->second : known.emplace(sets, outcome(sets)).first->second;
  };
  for (const vit::TaskEntry& entry : vit::task_entries()) {
    const std::string task(entry.name);
    const bool refuses = !entry.make()->refused().empty();
    for (const Case& one : cases(task)) {
      INFO(task << ", " << one.key << ": " << one.value);
      std::vector<std::string> without = one.with;
      without.push_back("task.name=" + task);
      for (const vit::OptionRule& rule : entry.make()->refused())
        if (vit::matches_glob(rule.pattern, "augment.train"))
          without.emplace_back("augment.train=[]");
      for (const std::string& small : small_network(task)) without.push_back(small);
      // Without a batch norm, whose statistics move also where the weights don't.
      if (task == "segment" && !one.key.starts_with("task."))
        without.emplace_back("task.head=decoder_linear");
      std::vector<std::string> with = without;
      with.push_back(one.key + "=" + one.value);
      const std::string result = outcome(with);
      if (result.starts_with("refused")) {
        CHECK(refuses);
        // Its own name, or that of what it would need.
        bool named = result.find(one.key) != std::string::npos;
        for (const std::string& set : one.with)
          named = named || result.find(set.substr(0, set.find('='))) != std::string::npos;
        CHECK(named);
      } else {
        CHECK(result != remembered(without));
      }
    }
  }
}

TEST_CASE("No option of any task is left out of that list") {
  for (const vit::TaskEntry& entry : vit::task_entries()) {
    vit::Experiment all;
    all.task = vit::TaskSpec(*entry.make());
    Names names;
    describe(names, all);
    std::set<std::string> listed = kElsewhere;
    for (const Case& one : cases(entry.name)) listed.insert(one.key);
    for (const std::string& name : names.names) {
      if (name.starts_with("model.") || name.starts_with("init.") || name.starts_with("export.") ||
          name.starts_with("data."))
        continue;  // of what is learned from and what learns, not of how
      INFO(entry.name << ": " << name);
      CHECK(listed.count(name) == 1);
    }
    for (const Case& one : cases(entry.name)) {
      INFO(entry.name << ": " << one.key);
      CHECK(names.names.count(one.key) == 1);
    }
  }
}

TEST_CASE("An option that another one has made useless is told, with the reason") {
  CHECK(vit::unread_options(experiment({})).empty());
  const auto lines = vit::unread_options(
      experiment({"task.focal_gamma=3", "augment.mixup_prob=0.5", "train.model_ema_warmup=true"}));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] ==
        "augment.mixup_prob is 0.5 and has no say: neither augment.mixup nor augment.cutmix is on");
  CHECK(lines[1] == "task.focal_gamma is 3.0 and has no say: task.loss is ce");
  CHECK(lines[2] == "train.model_ema_warmup is true and has no say: train.model_ema is null");
  CHECK(vit::unread_options(experiment({"task.focal_gamma=3", "task.loss=focal"})).empty());
}

TEST_CASE("A linear probe refuses what it cannot honour, all of it by name, and takes the rest") {
  const auto check = [](const std::string& yaml) {
    return vit::test::error_of([&] { vit::require_honoured(vit::parse_experiment(yaml, "e")); });
  };
  CHECK_FALSE(
      check("task: {name: linear_probe, loss: bce, smoothing: 0.2}\n"
            "optim: {opt: sgd, clip_grad: 1.0, sam_rho: 0.1}\n"
            "train: {model_ema: 0.9, grad_accum_steps: 2, early_stopping: 3}\n"));
  const auto error = check(
      "augment: {mixup: 0.8, reprob: 0.1}\nlora: {rank: 4}\noptim: {layer_decay: 0.5}\n"
      "model: {name: vit_tiny_patch16_224, drop_rate: 0.1}\n"
      "task: {name: linear_probe, loss: jsd}\n");
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK(error->where() == "augment.mixup");
  for (const char* key : {"augment.mixup: 0.8", "augment.reprob", "lora.rank", "optim.layer_decay",
                          "model.drop_rate", "task.loss: jsd"})
    CHECK_THAT(error->problem(), Catch::Contains(key));
}
