#include "vit/io/foreign_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "vit/core/str.h"
#include "vit/core/text.h"
#include "vit/core/utf8.h"
#include "vit/io/little_endian.h"

namespace vit {
namespace {

using namespace std::string_view_literals;

constexpr const char* kSaveAsSafetensors =
    "load it with the library that wrote it, and save the tensors of the original model as "
    "safetensors or with torch.save";
constexpr const char* kUnpack = "unpack it, and name the file of weights in it";

struct Start {
  std::string_view bytes;
  std::size_t offset;
  const char* what;
  const char* remedy;
};

constexpr std::array kStarts = {
    Start{"\x89HDF\r\n\x1a\n"sv, 0, "an HDF5 file, as Keras writes its weights (.h5, .keras)",
          kSaveAsSafetensors},
    Start{"GGUF"sv, 0, "a GGUF file, as llama.cpp reads it", kSaveAsSafetensors},
    Start{"ggml"sv, 0, "a GGML file, as llama.cpp read it", kSaveAsSafetensors},
    Start{"lmgg"sv, 0, "a GGML file, as llama.cpp read it", kSaveAsSafetensors},
    Start{"tjgg"sv, 0, "a GGML file, as llama.cpp read it", kSaveAsSafetensors},
    Start{"TFL3"sv, 4, "a TensorFlow Lite model", kSaveAsSafetensors},
    Start{"ET12"sv, 4, "an ExecuTorch program", kSaveAsSafetensors},
    Start{"ORTM"sv, 4, "an ONNX Runtime model", kSaveAsSafetensors},
    Start{"\x1f\x8b"sv, 0, "a file compressed with gzip (as a .tar.gz is)", kUnpack},
    Start{"\xfd"
          "7zXZ"sv,
          0, "a file compressed with xz", kUnpack},
    Start{"\x28\xb5\x2f\xfd"sv, 0, "a file compressed with zstd", kUnpack},
    Start{"BZh"sv, 0, "a file compressed with bzip2", kUnpack},
    Start{"7z\xbc\xaf\x27\x1c"sv, 0, "a 7z archive", kUnpack},
    Start{"Rar!"sv, 0, "a RAR archive", kUnpack},
    Start{"ustar"sv, 257, "a tar archive", kUnpack},
    Start{"\x93NUMPY"sv, 0, "one array of NumPy (.npy)",
          "write the weights under their names: numpy.savez(FILE, **arrays)"},
    Start{"\x89PNG"sv, 0, "an image (PNG)", "name a file of weights"},
    Start{"\xff\xd8\xff"sv, 0, "an image (JPEG)", "name a file of weights"},
    Start{"%PDF"sv, 0, "a PDF document", "name a file of weights"},
    Start{"\x7f"
          "ELF"sv,
          0, "a program or library (ELF), perhaps a compiled model (AOTInductor, TensorRT)",
          "take the weights that it was compiled from"},
    Start{"ptrt"sv, 0, "a TensorRT engine", "take the weights that it was compiled from"},
    Start{"ftrt"sv, 0, "a TensorRT engine", "take the weights that it was compiled from"},
    Start{"version https://git-lfs"sv, 0, "a Git LFS pointer, not the file itself",
          "run `git lfs pull`"},
    Start{"model_checkpoint_path:"sv, 0, "the list of a TensorFlow checkpoint", kSaveAsSafetensors},
};

bool is_text(std::string_view bytes) {
  return !bytes.empty() && std::none_of(bytes.begin(), bytes.end(), [](unsigned char c) {
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
  });
}

bool starts_without_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() &&
         std::equal(start.begin(), start.end(), text.begin(), [](char a, char b) {
           return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
         });
}

std::string lower_ending(const std::filesystem::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return ending;
}

/// ONNX's ModelProto begins with its version (field 1); then comes the producer's name (field 2, a
/// text), the graph (7) or the operators' versions (8). TensorFlow's SavedModel begins likewise,
/// and its field 2 is no text.
std::optional<ForeignFile> protobuf_model(std::string_view bytes, const std::string& ending) {
  constexpr char kVersion = 0x08, kSecond = 0x12, kGraph = 0x3a, kOperators = 0x42;
  const ForeignFile onnx{"an ONNX model", kSaveAsSafetensors};
  if (ending == ".onnx") return onnx;
  if (bytes.size() < 8 || bytes[0] != kVersion || bytes[1] < 1 || bytes[1] > 0x20)
    return std::nullopt;
  if (bytes[2] == kGraph || bytes[2] == kOperators) return onnx;
  if (bytes[2] != kSecond) return std::nullopt;
  const auto length = static_cast<unsigned char>(bytes[3]);
  if (length < 0x80 && is_text(bytes.substr(4, std::min<std::size_t>(length, bytes.size() - 4))))
    return onnx;
  return ForeignFile{"a TensorFlow SavedModel, or another model in protobuf", kSaveAsSafetensors};
}

/// A map of MessagePack whose first key is a text, as Flax writes it.
bool is_message_pack(std::string_view bytes) {
  const auto at = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
  };
  const std::size_t key = at(0) >= 0x81 && at(0) <= 0x8f ? 1 : at(0) == 0xde ? 3 : 0;
  if (key == 0 && at(0) != 0xdf) return false;
  const std::size_t text = key == 0 ? 5 : key;
  if (at(text) > 0xa0 && at(text) < 0xc0) return is_text(bytes.substr(text + 1, at(text) - 0xa0));
  if (at(text) != 0xd9 || bytes.size() < text + 2) return false;
  return is_text(bytes.substr(text + 2, at(text + 1)));
}

bool is_table_of_leveldb(const FileBytes& file) {
  constexpr std::uint64_t kMagic = 0xdb4775248b80fb57;
  std::array<std::byte, 8> end{};
  return file.size() >= end.size() && file.read_some(file.size() - end.size(), end) == end.size() &&
         number_at<std::uint64_t>(end, 0) == kMagic;
}

std::optional<ForeignFile> text_file(std::string_view text, const std::string& ending,
                                     const std::filesystem::path& path) {
  const std::size_t first = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const std::string_view begin = text.substr(first);
  if (starts_without_case(begin, "<!doctype") || starts_without_case(begin, "<html") ||
      starts_without_case(begin, "<?xml") || starts_without_case(begin, "<head"))
    return ForeignFile{"a web page (HTML), not the file itself",
                       "download the file by its direct link"};
  if (!is_text(text) || !is_utf8(text.substr(0, text.find_last_of(" \n") + 1))) return std::nullopt;
  if (ending == ".yaml" || ending == ".yml")
    return ForeignFile{"an experiment, not a file of weights",
                       "name the run that it made (runs/NAME), or a checkpoint in it "
                       "(checkpoints/best.safetensors)"};
  if (path.filename() == "config.json")
    return ForeignFile{"the description of a model, not its weights",
                       "name the file of weights beside it, or the folder"};
  if (ending == ".json")
    return ForeignFile{"a JSON file, not a file of weights",
                       "name the file of weights; of one that is split, its *.index.json"};
  return ForeignFile{"a text file, not a file of weights", "name the file of weights"};
}

bool has(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

}  // namespace

std::optional<ForeignFile> foreign_file(const FileBytes& file) {
  constexpr std::size_t kLooked = 512;
  std::array<char, kLooked> buffer{};
  const std::string_view bytes(buffer.data(),
                               file.read_some(0, std::as_writable_bytes(std::span(buffer))));
  const std::string ending = lower_ending(file.path());
  for (const Start& start : kStarts)
    if (bytes.size() > start.offset && bytes.substr(start.offset).starts_with(start.bytes))
      return ForeignFile{start.what, start.remedy};
  if (auto model = protobuf_model(bytes, ending)) return model;
  if (ending == ".mlmodel") return ForeignFile{"a Core ML model", kSaveAsSafetensors};
  if (ending == ".pb") return ForeignFile{"a graph of TensorFlow", kSaveAsSafetensors};
  if (ending == ".msgpack" || is_message_pack(bytes))
    return ForeignFile{"a file of Flax (MessagePack)", kSaveAsSafetensors};
  const std::string name = file.path().filename().string();
  if (is_table_of_leveldb(file) || name.find(".data-0") != std::string::npos)
    return ForeignFile{"a part of a TensorFlow checkpoint", kSaveAsSafetensors};
  return text_file(bytes, ending, file.path());
}

ForeignFile foreign_zip(const ZipDirectory& zip) {
  const auto any = [&](auto matches) {
    return std::any_of(zip.entries().begin(), zip.entries().end(),
                       [&](const ZipEntry& entry) { return matches(entry.name); });
  };
  const auto ends = [](std::string_view end) {
    return [end](const std::string& name) { return name.ends_with(end); };
  };
  if (any(ends("model.weights.h5"))) return {"a Keras model (.keras)", kSaveAsSafetensors};
  if (any(ends("archive_format")) || any(ends("serialized_exported_program.json")))
    return {"a program of torch.export (.pt2)",
            "save the weights alone: torch.save(program.state_dict, FILE)"};
  if (any(ends(".data/extern_modules")))
    return {"a package of torch.package",
            "load it with torch.package, and save the model's state_dict"};
  if (any(ends("/model.json")) &&
      any([](const std::string& name) { return name.find("/tensors/") != std::string::npos; }))
    return {"a TorchScript program of before torch 1.2",
            "load it with torch.jit.load and save its state_dict"};
  if (any([](const std::string& name) { return name.find(".mlmodel") != std::string::npos; }))
    return {"a Core ML package", kSaveAsSafetensors};
  if (any(ends("[Content_Types].xml"))) return {"an office document", "name the file of weights"};
  for (const ZipEntry& entry : zip.entries())
    for (const char* weights : {".safetensors", ".pth", ".pt", ".bin", ".ckpt", ".npz", ".ot"})
      if (entry.name.ends_with(weights))
        return {"a zip archive with files of weights in it",
                str("unpack it, and name the file: ", printable(entry.name, 100))};
  if (zip.entries().empty()) return {"an empty zip archive", "check that this is the right file"};
  return {str("a zip archive that torch.save did not write: it has no entry data.pkl, but ",
              in_quotes(zip.entries().front().name, 100)),
          "check that this is the right file"};
}

std::optional<ForeignFile> foreign_folder(const std::filesystem::path& folder) {
  if (has(folder / "saved_model.pb") || has(folder / "saved_model.pbtxt"))
    return ForeignFile{"a TensorFlow SavedModel", kSaveAsSafetensors};
  if (has(folder / "_CHECKPOINT_METADATA") || has(folder / "manifest.ocdbt") ||
      has(folder / "_METADATA"))
    return ForeignFile{"a checkpoint of Orbax (Flax, JAX)", kSaveAsSafetensors};
  if (has(folder / ".metadata") || has(folder / "__0_0.distcp"))
    return ForeignFile{"a checkpoint of torch.distributed, spread over processes",
                       "join it: python -m torch.distributed.checkpoint.format_utils dcp_to_torch "
                       "FOLDER FILE.pth"};
  if (has(folder / "data.pkl") && has(folder / "version"))
    return ForeignFile{"an unpacked file of torch.save",
                       "zip it again without compression (zip -0 -r FILE.pth FOLDER)"};
  if (has(folder / "Manifest.json") && has(folder / "Data"))
    return ForeignFile{"a Core ML package", kSaveAsSafetensors};
  if (has(folder / "checkpoint") && !std::filesystem::is_directory(folder / "checkpoint"))
    return ForeignFile{"a TensorFlow checkpoint", kSaveAsSafetensors};
  return std::nullopt;
}

}  // namespace vit
