#include <c10/util/Exception.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "apps/allocator.h"
#include "apps/commands.h"
#include "apps/output.h"
#include "apps/usage.h"
#include "vit/core/error.h"
#include "vit/io/file_error.h"
#include "vit/train/environment.h"

namespace {

constexpr const char* kDescription =
    R"(Vision Transformers on LibTorch: train, fine-tune, evaluate and export, from one program.

First steps:
  vit train experiments/quickstart.yaml      train a small ViT on drawn shapes, about two minutes
  vit predict runs/quickstart photo.png      what the trained model sees in an image
  vit export runs/quickstart --output model.pt
With your own images (a folder for each class, COCO, VOC, YOLO, masks, captions, or no labels):
  vit init photos                            look at them, and write photos.yaml, which trains
  vit data check photos                      what is in them, and what is wrong with them
  vit train photos.yaml
  vit weights fetch vit_small_patch16_224    pretrained weights; it tells how to fine-tune them
  vit COMMAND --help                         what a command takes, with examples
)";

constexpr const char* kFooter =
    R"(vit config lists every key of an experiment file, vit completion lets the shell complete them.

Exit codes: 0 done, 2 usage or config, 3 data, 4 weights or checkpoint, 5 files, memory or
network, 6 numerical, 130 interrupted.)";

/// The commands, by what people come for; those that are in no group stand first.
constexpr std::pair<const char*, const char*> kGroups[] = {
    {"init", "Begin"},          {"train", "Begin"},
    {"predict", "Begin"},       {"eval", "Models"},
    {"export", "Models"},       {"explain", "Models"},
    {"serve", "Models"},        {"models", "Models"},
    {"summary", "Models"},      {"weights", "Models"},
    {"forward", "Models"},      {"data", "Data"},
    {"tokenize", "Data"},       {"config", "Experiments"},
    {"runs", "Experiments"},    {"sweep", "Experiments"},
    {"bench", "Experiments"},   {"metrics", "Experiments"},
    {"doctor", "This machine"}, {"completion", "This machine"},
    {"man", "This machine"},
};

constexpr const char* kMemoryHint =
    "lower data.batch_size (train.grad_accum_steps keeps the size of an update) or model.img_size, "
    "set train.grad_checkpointing: true, or choose a smaller model; `vit train EXPERIMENT.yaml "
    "--find-batch-size` measures what fits";

int fail(int code, const std::string& message) {
  std::fflush(stdout);
  std::cerr << "vit: error: " << message << '\n';
  return code;
}

/// What LibTorch says, as far as a user can do something about it.
int fail_torch(const std::string& text) {
  if (text.find("does not have a deterministic implementation") != std::string::npos)
    return fail(2, "train.deterministic: " + text.substr(0, text.find(',')) +
                       "\n  set train.deterministic: false, and the run repeats but for rounding");
  for (const char* sign : {"overflow", "SymInt"})
    if (text.find(sign) != std::string::npos)
      return fail(5,
                  std::string("out of memory: a tensor would be larger than can be addressed\n  ") +
                      kMemoryHint);
  for (const char* sign : {"not enough memory", "can't allocate"})
    if (text.find(sign) != std::string::npos)
      return fail(5, "out of memory: " + text + "\n  " + kMemoryHint);
  return fail(1, "this is a bug in vit: LibTorch: " + text);
}

}  // namespace

int main(int argc, char** argv) {
  vit::cli::quiet_allocator();
  CLI::App program(kDescription, "vit");
  program.set_version_flag("--version", vit::version_text());
  program.require_subcommand(1);
  vit::cli::add_train(program);
  vit::cli::add_eval(program);
  vit::cli::add_predict(program);
  vit::cli::add_export(program);
  vit::cli::add_forward(program);
  vit::cli::add_models(program);
  vit::cli::add_summary(program);
  vit::cli::add_data(program);
  vit::cli::add_weights(program);
  vit::cli::add_metrics(program);
  vit::cli::add_tokenize(program);
  vit::cli::add_runs(program);
  vit::cli::add_sweep(program);
  vit::cli::add_bench(program);
  vit::cli::add_config(program);
  vit::cli::add_init(program);
  vit::cli::add_doctor(program);
  vit::cli::add_completion(program);
  vit::cli::add_man(program);
  for (CLI::App* command : program.get_subcommands({}))
    for (const auto& [name, group] : kGroups)
      if (command->get_name() == name) command->group(group);
  program.footer(kFooter);  // last: a subcommand takes over the footer that there is
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  try {
    if (words.empty()) {
      std::cerr << program.help();
      return 2;
    }
    words = vit::cli::with_home(std::move(words));
    program.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    vit::cli::require_printed();
    return 0;
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() != 0)
      return fail(2, vit::cli::explain_usage(program, problem.what(), words));
    if (const auto unknown = vit::cli::explain_unknown_command(program, words))
      return fail(2, *unknown);
    return program.exit(problem);  // --help and --version
  } catch (const vit::Error& problem) {
    return fail(problem.exit_code(), problem.what());
  } catch (const std::bad_alloc&) {
    return fail(5, std::string("out of memory\n  ") + kMemoryHint);
  } catch (const std::length_error&) {
    return fail(5,
                std::string("out of memory: a size is beyond what can be had\n  ") + kMemoryHint);
  } catch (const std::filesystem::filesystem_error& problem) {
    return fail(5, vit::file_error(problem.path1(), "cannot use", problem.code().value()).what());
  } catch (const c10::OutOfMemoryError& problem) {
    return fail(5, std::string("out of memory: ") + problem.what_without_backtrace() + "\n  " +
                       kMemoryHint);
  } catch (const c10::Error& problem) {
    return fail_torch(problem.what_without_backtrace());
  } catch (const vit::Bug& problem) {
    return fail(1, problem.what());  // which says that it is one
  } catch (const std::exception& problem) {
    return fail(1, std::string("this is a bug in vit: ") + problem.what());
  }
}
