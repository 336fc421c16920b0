#include <c10/util/Exception.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <new>
#include <string>

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

int fail(int code, const std::string& message) {
  std::fflush(stdout);
  std::cerr << "vit: error: " << message << '\n';
  return code;
}

/// What CLI11 does not do: the nearest name of a subcommand.
std::string suggestion(const CLI::App& program, int argc, char** argv) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
  if (argc < 2 || argv[1][0] == '-') return {};
  for (const std::string& name : names)
    if (name == argv[1]) return {};
  const std::string near = vit::nearest(argv[1], names);
  return near.empty() ? "`vit --help` lists the commands" : "did you mean `vit " + near + "`?";
}

}  // namespace

int main(int argc, char** argv) {
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
    const std::string hint = suggestion(program, argc, argv);
    return fail(
        2, std::string(hint.empty() ? problem.what()
                                    : std::string("there is no command `") + argv[1] + "`") +
               "\n  " +
               (hint.empty() ? "`vit --help` and `vit COMMAND --help` tell what there is" : hint));
  } catch (const vit::Error& problem) {
    return fail(problem.exit_code(), problem.what());
  } catch (const std::bad_alloc&) {
    return fail(
        5, "out of memory\n  lower data.batch_size or model.img_size, or choose a smaller model");
  } catch (const c10::OutOfMemoryError& problem) {
    return fail(5, std::string("out of memory: ") + problem.what_without_backtrace() +
                       "\n  lower data.batch_size or model.img_size, or choose a smaller model");
  } catch (const c10::Error& problem) {
    const std::string text = problem.what_without_backtrace();
    const bool memory = text.find("not enough memory") != std::string::npos ||
                        text.find("can't allocate") != std::string::npos;
    return memory
               ? fail(5,
                      text +
                          "\n  lower data.batch_size or model.img_size, or choose a smaller model")
               : fail(1, "LibTorch: " + text);
  } catch (const std::exception& problem) {
    return fail(1, problem.what());
  }
}
