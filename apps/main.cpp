#include <c10/util/Exception.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "apps/allocator.h"
#include "apps/commands.h"
#include "vit/core/error.h"
#include "vit/core/fields.h"
#include "vit/train/environment.h"

namespace {

constexpr const char* kFooter = R"(First steps:
  vit train experiments/quickstart.yaml      train a small ViT on drawn shapes, about two minutes
  vit predict runs/quickstart PICTURE.png    what the trained model sees in a picture
  vit export runs/quickstart --format torchscript --output model.pt
  vit config                                 every key of an experiment file, with its default

Exit codes: 0 done, 2 usage or config, 3 data, 4 weights or checkpoint, 5 files, memory or
network, 6 numerical, 130 interrupted.)";

constexpr const char* kMemoryHint =
    "lower data.batch_size (train.grad_accum_steps keeps the size of an update) or model.img_size, "
    "set train.grad_checkpointing: true, or choose a smaller model; `vit train EXPERIMENT.yaml "
    "--find-batch-size` measures what fits";

int fail(int code, const std::string& message) {
  std::fflush(stdout);
  std::cerr << "vit: error: " << message << '\n';
  return code;
}

std::string help_of(const std::string& command) {
  return "`" + command + " --help` tells what there is";
}

/// The long option of `command` that was probably meant by one that it has not.
std::string nearest_option(const CLI::App& command, const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  for (const std::string& word : words) {
    const std::string name = word.substr(0, word.find('='));
    if (!name.starts_with("--") || std::find(names.begin(), names.end(), name) != names.end())
      continue;
    if (std::string near = vit::nearest(name, names); !near.empty()) return near;
  }
  return {};
}

/// What CLI11 says of a command line that it cannot read, and what it does not: the name that was
/// meant, of a subcommand or an option.
std::string explain(const CLI::App& program, const CLI::ParseError& problem,
                    std::vector<std::string> words) {
  const CLI::App* command = &program;
  std::string path = "vit";
  while (!words.empty() && !words.front().starts_with("-")) {
    std::vector<std::string> names;
    const CLI::App* next = nullptr;
    for (const CLI::App* each : command->get_subcommands({})) {
      names.push_back(each->get_name());
      if (names.back() == words.front()) next = each;
    }
    if (names.empty()) break;
    if (next == nullptr) {
      const std::string near = vit::nearest(words.front(), names);
      return "there is no command `" + path + " " + words.front() + "`\n  " +
             (near.empty() ? help_of(path) : "did you mean `" + path + " " + near + "`?");
    }
    path += " " + words.front();
    command = next;
    words.erase(words.begin());
  }
  const std::string near = nearest_option(*command, words);
  return std::string(problem.what()) + "\n  " +
         (near.empty() ? help_of(path) : "did you mean " + near + "?");
}

}  // namespace

int main(int argc, char** argv) {
  vit::cli::quiet_allocator();
  CLI::App program(
      "Vision Transformers on LibTorch: train, fine-tune, evaluate and export, from one program.",
      "vit");
  program.set_version_flag("--version", vit::version_text());
  program.require_subcommand(1);
  program.footer(kFooter);
  vit::cli::add_train(program);
  vit::cli::add_eval(program);
  vit::cli::add_predict(program);
  vit::cli::add_export(program);
  vit::cli::add_forward(program);
  vit::cli::add_models(program);
  vit::cli::add_summary(program);
  vit::cli::add_data(program);
  vit::cli::add_weights(program);
  vit::cli::add_runs(program);
  vit::cli::add_bench(program);
  vit::cli::add_config(program);
  vit::cli::add_doctor(program);
  try {
    if (argc == 1) {
      std::cout << program.help();
      return 0;
    }
    program.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() == 0) return program.exit(problem);  // --help and --version
    return fail(2, explain(program, problem, {argv + 1, argv + argc}));
  } catch (const vit::Error& problem) {
    return fail(problem.exit_code(), problem.what());
  } catch (const std::bad_alloc&) {
    return fail(5, std::string("out of memory\n  ") + kMemoryHint);
  } catch (const c10::OutOfMemoryError& problem) {
    return fail(5, std::string("out of memory: ") + problem.what_without_backtrace() + "\n  " +
                       kMemoryHint);
  } catch (const c10::Error& problem) {
    const std::string text = problem.what_without_backtrace();
    if (text.find("does not have a deterministic implementation") != std::string::npos)
      return fail(2,
                  "train.deterministic: " + text.substr(0, text.find(',')) +
                      "\n  set train.deterministic: false, and the run repeats but for rounding");
    const bool memory = text.find("not enough memory") != std::string::npos ||
                        text.find("can't allocate") != std::string::npos;
    return memory ? fail(5, text + "\n  " + kMemoryHint) : fail(1, "LibTorch: " + text);
  } catch (const std::exception& problem) {
    return fail(1, problem.what());
  }
}
