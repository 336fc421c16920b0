#include "vit/export/torchscript.h"

#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/script.h>
#include <torch/utils.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "vit/core/error.h"
#include "vit/core/rng.h"
#include "vit/image/input_spec_json.h"
#include "vit/io/atomic_file.h"
#include "vit/io/file.h"
#include "vit/io/json.h"
#include "vit/io/zip_directory.h"
#include "vit/nn/init.h"

namespace vit {
namespace {

using Json = nlohmann::json;

constexpr const char* kCardFile = "vit.json";

/// The method that the trace becomes where `forward` does more than it.
constexpr const char* kTraced = "network";
/// The method for texts, where a network takes them.
constexpr const char* kEncodeText = "encode_text";

std::string card_to_json(const ModelCard& card, bool fixed_size) {
  Json json = Json::parse(input_spec_to_json(card.preprocessing));
  json["fixed_size"] = fixed_size;
  json["format"] = "vit.model";
  json["format_version"] = 1;
  json["model"] = card.model;
  json["labels"] = card.labels;
  if (!card.task.empty()) json["task"] = card.task;
  return json.dump(1);
}

ModelCard card_from_json(const std::string& text, const std::string& where) {
  try {
    const Json json = parse_json(text, where + ": vit.json", ErrorKind::weights);
    ModelCard card;
    json.at("model").get_to(card.model);
    json.at("labels").get_to(card.labels);
    card.task = json.value("task", std::string());
    card.preprocessing = input_spec_from_json(text, where);
    return card;
  } catch (const Json::exception& problem) {
    throw Error(ErrorKind::weights, where,
                "its vit.json cannot be read: " + plain_json_message(problem));
  }
}

/// A TorchScript module with the same tree, names and (shared) tensors. TorchScript wants type
/// names that are identifiers, so children named by numbers get a letter in front there.
torch::jit::Module mirror(torch::nn::Module& module, const std::string& type_name,
                          const std::shared_ptr<torch::jit::CompilationUnit>& unit) {
  torch::jit::Module scripted(c10::QualifiedName(type_name), unit);
  for (const auto& item : module.named_parameters(/*recurse=*/false))
    scripted.register_parameter(item.key(), item.value(), false);
  for (const auto& item : module.named_buffers(/*recurse=*/false))
    scripted.register_buffer(item.key(), item.value());
  for (const auto& item : module.named_children())
    scripted.register_module(item.key(), mirror(*item.value(), type_name + "_" + item.key(), unit));
  scripted.register_attribute("training", c10::BoolType::get(), false);
  return scripted;
}

torch::Tensor example_input(const ExportedGraph& graph, std::int64_t batch, Size2 size) {
  torch::Tensor x = torch::empty({batch, graph.in_chans, size.height, size.width});
  init::normal(x, 1.0, Rng(1, Stream::bench, 0, static_cast<std::uint64_t>(batch)));
  return x;
}

/// The module that is to be written, without a method yet, and what its forward pass does.
struct Trace {
  torch::jit::Module module;
  std::shared_ptr<torch::jit::Graph> graph;

  void add_as(const char* method) {
    module.type()->addMethod(module._ivalue()->compilation_unit()->create_function(
        c10::QualifiedName(*module.type()->name(), method), graph));
  }
};

Trace trace(const ExportedGraph& graph) {
  const auto unit = std::make_shared<torch::jit::CompilationUnit>();
  torch::jit::Module scripted = mirror(*graph.module, "__torch__.vit.Model", unit);
  const auto forward = [&graph](torch::jit::Stack inputs) -> torch::jit::Stack {
    return {graph.forward(inputs[0].toTensor())};
  };
  const auto unnamed = [](const torch::autograd::Variable&) { return std::string(); };
  const auto traced = torch::jit::tracer::trace({example_input(graph, 2, graph.img_size)}, forward,
                                                unnamed, /*strict=*/true,
                                                /*force_outplace=*/false, &scripted, {"x"});
  scripted.eval();
  return {scripted, traced.first->graph};
}

/// Adds what a method computes.
void add_method(const ExportedMethod& method, torch::jit::Module& scripted) {
  torch::jit::Stack inputs;
  std::vector<std::string> names;
  for (const torch::Tensor& input : method.example(2)) {
    names.push_back("x" + std::to_string(inputs.size()));
    inputs.emplace_back(input);
  }
  const auto run = [&](const torch::jit::Stack& stack) -> torch::jit::Stack {
    std::vector<torch::Tensor> tensors;
    for (const torch::jit::IValue& value : stack) tensors.push_back(value.toTensor());
    return {method.run(tensors)};
  };
  const auto unnamed = [](const torch::autograd::Variable&) { return std::string(); };
  const auto traced = torch::jit::tracer::trace(inputs, run, unnamed, /*strict=*/true,
                                                /*force_outplace=*/false, &scripted, names);
  Trace{scripted, traced.first->graph}.add_as(method.name.c_str());
}

/// Whether the trace gives what the model does for images of another size too. It does not where
/// the number of patches is part of it, as in a ViT, whatever the model itself can do: positions
/// are resampled for each size then.
bool takes_other_sizes(const ExportedGraph& graph, const Trace& traced) {
  const Size2 size = graph.img_size;
  const torch::Tensor x = example_input(graph, 1, {size.height + 32, size.width + 64});
  try {
    const torch::Tensor expected = graph.forward(x);
    torch::jit::Stack stack{traced.module._ivalue(), x};
    torch::jit::GraphExecutor(traced.graph->copy(), "forward").run(stack);
    const torch::Tensor found = stack.at(0).toTensor();
    return expected.sizes() == found.sizes() &&
           torch::allclose(found, expected, /*rtol=*/1e-4, /*atol=*/1e-5);
  } catch (const std::exception&) {
    return false;
  }
}

/// `forward` as a method around the trace: takes images of one size only, where the trace computes
/// something for other sizes too (it cuts off what is more), and finishes what the network
/// computes.
void define_forward(torch::jit::Module& scripted, const ExportedGraph& graph, bool fixed_size) {
  const Size2 size = graph.img_size;
  std::string source = "def forward(self, x: Tensor) -> Tensor:\n";
  if (fixed_size) {
    const std::string sizes = vit::str(graph.in_chans, ", ", size.height, ", ", size.width);
    source += vit::str("    assert x.dim() == 4 and [x.size(1), x.size(2), x.size(3)] == [", sizes,
                       "], \"this model takes images [batch, ", sizes,
                       "], and no other size; got \" + str(x.size())\n");
  }
  const std::string network = vit::str("self.", kTraced, "(x)");
  source += "    return " + (graph.then ? "self.finish(" + network + ")" : network) + "\n";
  scripted.define((graph.then ? graph.then->script : "") + source);
}

/// Compares what the file gives with what the model does; throws where they differ.
void compare(const torch::Tensor& expected, const torch::Tensor& found, ExportCheck& check) {
  if (expected.sizes() != found.sizes())
    throw Error(ErrorKind::weights, "export",
                vit::str("the exported model gives ", found.sizes(), " for a batch of ",
                         expected.size(0), ", the model ", expected.sizes()));
  const double difference = (expected - found).abs().max().item<double>();
  check.max_difference = std::max(check.max_difference, difference);
  const double allowed = check.tolerance * std::max(1.0, expected.abs().max().item<double>());
  if (!(difference <= allowed))
    throw Error(ErrorKind::weights, "export",
                vit::str("the exported model differs from the model by ", difference,
                         " (allowed: ", allowed, "); no file was written"));
}

ExportCheck compare(const ExportedGraph& graph, torch::jit::Module& scripted) {
  ExportCheck check;
  for (const std::int64_t batch : {1, 5}) {
    const torch::Tensor x = example_input(graph, batch, graph.img_size);
    compare(graph(x), scripted.forward({x}).toTensor(), check);
    for (const ExportedMethod& method : graph.methods) {
      const std::vector<torch::Tensor> inputs = method.example(batch);
      const torch::jit::Stack stack(inputs.begin(), inputs.end());
      compare(method.run(inputs), scripted.get_method(method.name)(stack).toTensor(), check);
    }
  }
  return check;
}

torch::jit::Module read_module(std::istream& bytes, torch::jit::ExtraFilesMap& extra,
                               const std::string& where, c10::Device device) {
  try {
    return torch::jit::load(bytes, device, extra);
  } catch (const c10::Error& problem) {
    throw Error(ErrorKind::weights, where,
                std::string("is no TorchScript file: ") + problem.what_without_backtrace(),
                "`vit export RUN --format torchscript --output FILE` writes one");
  }
}

}  // namespace

ExportCheck export_torchscript(const ExportedGraph& graph, const ModelCard& card,
                               const std::filesystem::path& path) {
  const torch::NoGradGuard no_grad;
  graph.module->eval();
  graph.module->to(torch::kCPU);
  Trace traced = trace(graph);
  const bool fixed_size = !takes_other_sizes(graph, traced);
  if (fixed_size && card.preprocessing.crop_mode == "whole")
    throw Error(ErrorKind::usage, "data.crop_mode",
                "whole keeps the image's shape, and the exported model takes images of one size",
                "set data.crop_mode: center, squash or border");
  const bool wrapped = fixed_size || graph.then;
  traced.add_as(wrapped ? kTraced : "forward");
  for (const ExportedMethod& method : graph.methods) add_method(method, traced.module);
  if (wrapped) define_forward(traced.module, graph, fixed_size);
  std::stringstream bytes;
  traced.module.save(bytes, {{kCardFile, card_to_json(card, fixed_size)}});

  torch::jit::ExtraFilesMap extra{{kCardFile, ""}};
  torch::jit::Module read_back = read_module(bytes, extra, path.string(), c10::kCPU);
  card_from_json(extra[kCardFile], path.string());
  ExportCheck check = compare(graph, read_back);
  check.fixed_size = fixed_size;
  write_file_atomically(path, bytes.view());
  return check;
}

ExportCheck export_torchscript(ImageModel& model, const ModelCard& card,
                               const std::filesystem::path& path) {
  return export_torchscript(
      ExportedGraph{&model.module(), [&](const torch::Tensor& x) { return model.forward(x); },
                    model.img_size(), model.in_chans()},
      card, path);
}

ScriptedModel load_torchscript(const std::filesystem::path& path, c10::Device device) {
  std::istringstream bytes(read_text_file(path, std::uint64_t{1} << 40));
  torch::jit::ExtraFilesMap extra{{kCardFile, ""}};
  torch::jit::Module module = read_module(bytes, extra, path.string(), device);
  if (extra[kCardFile].empty())
    throw Error(ErrorKind::weights, path.string(),
                "was not exported by vit: it has no vit.json with labels and preprocessing",
                "export it with `vit export`");
  module.eval();
  return {module, card_from_json(extra[kCardFile], path.string())};
}

torch::Tensor run_scripted(const ScriptedModel& scripted, const torch::Tensor& images) {
  torch::jit::Module module = scripted.module;  // shares everything; forward() is not const
  return module.forward({images}).toTensor();
}

Graph text_graph(const ExportedGraph& graph) {
  for (const ExportedMethod& method : graph.methods)
    if (method.name == kEncodeText)
      return [run = method.run](const torch::Tensor& ids) { return run({ids}); };
  return nullptr;
}

Graph text_graph(const ScriptedModel& scripted) {
  if (!scripted.module.find_method(kEncodeText)) return nullptr;
  return [module = scripted.module](const torch::Tensor& ids) {
    return module.get_method(kEncodeText)({ids}).toTensor();
  };
}

bool is_exported_model(const std::filesystem::path& path) {
  try {
    const FileBytes file = FileBytes::open(path);
    if (!ZipDirectory::is_zip(file)) return false;
    const ZipDirectory zip = ZipDirectory::read(file);
    return std::any_of(zip.entries().begin(), zip.entries().end(), [](const ZipEntry& entry) {
      return entry.name.ends_with("/extra/vit.json");
    });
  } catch (const Error&) {
    return false;
  }
}

}  // namespace vit
