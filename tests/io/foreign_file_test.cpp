#include "vit/io/foreign_file.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/io/zip_bytes.h"
#include "tests/support/contains.h"

using namespace vit;
using namespace vit::test;

namespace {

std::string what_is(const std::string& name, const std::string& bytes) {
  const ScratchFolder folder;
  put(folder / name, bytes);
  const auto found = foreign_file(FileBytes::open(folder / name));
  if (found) CHECK_FALSE(found->remedy.empty());
  return found ? found->what : "";
}

std::string what_is_zip(const std::vector<ZipPart>& parts) {
  const ScratchFolder folder;
  put(folder / "f", zip_bytes(parts));
  return foreign_zip(ZipDirectory::read(FileBytes::open(folder / "f"))).what;
}

const std::string kZeros(600, '\0');

}  // namespace

TEST_CASE("files of other programs are called by their names, whatever they are called") {
  using namespace std::string_literals;
  CHECK(contains(what_is("f", "\x89HDF\r\n\x1a\n" + kZeros), "HDF5"));
  CHECK(contains(what_is("f", "GGUF\3\0\0\0"s + kZeros), "GGUF"));
  CHECK(contains(what_is("f", "\x1c\0\0\0TFL3"s + kZeros), "TensorFlow Lite"));
  // What torch.onnx and onnx.helper write: with the producer's name, and without one.
  CHECK(contains(what_is("f", "\x08\x08\x12\x07pytorch\x1a\x05"s + "2.4.1:" + kZeros), "ONNX"));
  CHECK(contains(what_is("f", "\x08\x0a\x3a\x40\x0a\x10\x0a\x01\x78"s + kZeros), "ONNX"));
  CHECK(contains(what_is("f.onnx", kZeros), "ONNX"));
  CHECK(contains(what_is("saved_model.pb", "\x08\x01\x12\xd0\xf1\x02\x0a\x53\x0a"s + kZeros),
                 "SavedModel"));
  CHECK(contains(what_is("f", "\x82\xa6params\x81\xa5"s + "model" + kZeros), "Flax"));
  CHECK(contains(what_is("f.tar.gz", "\x1f\x8b\x08\0"s + kZeros), "gzip"));
  CHECK(contains(what_is("f", kZeros.substr(0, 257) + "ustar" + kZeros), "tar archive"));
  CHECK(contains(what_is("f", "\x93NUMPY\1\0"s + kZeros), "NumPy"));
  CHECK(contains(what_is("f", "\x57\xfb\x80\x8b\x24\x75\x47\xdb"s), "TensorFlow checkpoint"));
  CHECK(contains(what_is("x.data-00000-of-00001", kZeros), "TensorFlow checkpoint"));
}

TEST_CASE("text is told by what it says") {
  CHECK(contains(what_is("f", "version https://git-lfs.github.com/spec/v1\noid"), "Git LFS"));
  for (const char* page : {"<!DOCTYPE html><html>", "<!doctype HTML>", "\n  <HTML><head>",
                           "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code>"})
    CHECK(contains(what_is("model.safetensors", page), "web page"));
  CHECK(contains(what_is("e.yaml", "model: {name: vit_tiny_patch16_224}\n"), "experiment"));
  CHECK(contains(what_is("config.json", "{\"model_type\": \"vit\"}"), "description of a model"));
  CHECK(contains(what_is("x.json", "{}"), "JSON"));
  CHECK(contains(what_is("f", "hello, world"), "text file"));
}

TEST_CASE("what may be weights, and bytes of no kind, are nothing foreign") {
  using namespace std::string_literals;
  CHECK(what_is("f", "\x40\0\0\0\0\0\0\0{\"w\":"s + kZeros).empty());
  CHECK(what_is("f", "\x80\x02}q\0.").empty());
  CHECK(what_is("f", "PK\3\4"s + kZeros).empty());
  CHECK(what_is("f", "\x05\x06\x07\x01\xfe"s).empty());
  CHECK(what_is("f", "").empty());
}

TEST_CASE("zip archives that are no weights say what they are") {
  CHECK(contains(
      what_is_zip({{"metadata.json", "{}"}, {"config.json", "{}"}, {"model.weights.h5", "x"}}),
      "Keras"));
  CHECK(contains(what_is_zip({{"m/archive_format", "pt2"}, {"m/models/model.json", "{}"}}),
                 "torch.export"));
  CHECK(contains(what_is_zip({{"p/.data/extern_modules", "sys"}, {"p/net/model.pkl", "x"}}),
                 "torch.package"));
  CHECK(contains(what_is_zip({{"m/model.json", "{}"}, {"m/tensors/0", "x"}}), "before torch 1.2"));
  CHECK(contains(what_is_zip({{"out/model.pth", "x"}}), "with files of weights in it"));
  CHECK(contains(what_is_zip({{"readme", "x"}}), "\"readme\""));
  CHECK(contains(what_is_zip({}), "empty zip"));
}

TEST_CASE("folders of other programs are called by their names") {
  const ScratchFolder folder;
  CHECK_FALSE(foreign_folder(folder.path()));
  const std::vector<std::pair<const char*, const char*>> kinds = {
      {"saved_model.pb", "SavedModel"},
      {"_CHECKPOINT_METADATA", "Orbax"},
      {"manifest.ocdbt", "Orbax"},
      {".metadata", "torch.distributed"},
      {"checkpoint", "TensorFlow checkpoint"}};
  for (const auto& [file, kind] : kinds) {
    const ScratchFolder each;
    put(each / file, "x");
    const auto found = foreign_folder(each.path());
    REQUIRE(found);
    CHECK(contains(found->what, kind));
  }
}
