// Whatever the bytes of an annotation or record file of a data set: they are read, or they are an
// Error(data). The first byte chooses the reader.

#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/fuzz/checksums.h"
#include "tests/fuzz/memory_file.h"
#include "vit/core/error.h"
#include "vit/data/brace_expansion.h"
#include "vit/data/class_map.h"
#include "vit/data/coco.h"
#include "vit/data/idx.h"
#include "vit/data/image_batch.h"
#include "vit/data/json_records.h"
#include "vit/data/manifest.h"
#include "vit/data/mat_file.h"
#include "vit/data/png_mask.h"
#include "vit/data/shards.h"
#include "vit/data/tar_index.h"
#include "vit/data/voc.h"
#include "vit/data/xml.h"
#include "vit/data/yolo.h"
#include "vit/image/coco_mask.h"
#include "vit/image/encode.h"
#include "vit/io/csv_records.h"

using vit::fuzz::require;

namespace {

/// A folder in which every file of annotations has the bytes of one file in memory.
class Folder {
 public:
  explicit Folder(const vit::fuzz::MemoryFile& memory) {
    memory.link(path_ / "Annotations/a.xml");
    for (const char* name : {"a.tar", "a.csv", "a.json", "a.jsonl"}) memory.link(path_ / name);
    memory.link(path_ / "yolo/labels/a.txt");
    memory.link(path_ / "described/data.yaml");
    std::filesystem::create_directories(path_ / "yolo/images");
    vit::write_png(vit::Image(24, 16, 3), path_ / "yolo/images/a.png");
    std::ofstream(path_ / "yolo/data.yaml") << "train: images\nnames: [a, b]\n";
    std::filesystem::create_directories(path_ / "ImageSets/Main");
    for (const char* split : {"train.txt", "val.txt"})
      std::ofstream(path_ / "ImageSets/Main" / split) << "a\n";
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("vit_fuzz_" + std::to_string(::getpid()));
};

/// All that a data set says about its samples without their pictures.
void annotate_all(const vit::Dataset& data) {
  for (std::int64_t i = 0; i < data.size(); ++i) {
    vit::Sample sample;
    data.annotate(i, sample);
    for (const vit::Box& box : sample.boxes)
      require(box.x0 < box.x1 && box.y0 < box.y1 && box.x0 >= 0 && box.y0 >= 0);
  }
}

void read_as(char reader, std::span<const std::uint8_t> bytes) {
  static vit::fuzz::MemoryFile memory;
  static const Folder folder(memory);
  const std::string text(bytes.begin(), bytes.end());
  switch (reader) {
    case 'x': static_cast<void>(vit::parse_xml(text, "fuzz.xml")); break;
    case 'c': static_cast<void>(vit::csv_records(text, "fuzz.csv")); break;
    case 'i': {
      const vit::IdxArray array = vit::read_idx(memory.with(bytes), 3);
      require(array.values.size() == std::size_t{array.sizes[0]} * array.sizes[1] * array.sizes[2]);
      break;
    }
    case 'm': static_cast<void>(vit::read_mat(memory.with(bytes))); break;
    case 't':
      for (const vit::TarMember& member : vit::tar_index(memory.with(bytes)))
        require(member.offset + member.size <= bytes.size());
      break;
    case 'p': {
      const vit::Image mask = vit::decode_mask(std::as_bytes(bytes), "fuzz.png");
      require(mask.channels == 1 && !mask.empty());
      break;
    }
    case 'r': {
      vit::Image mask(16, 16, 1);
      vit::paint_runs(mask, vit::parse_runs(text, "fuzz"), 1, "fuzz");
      break;
    }
    case 'j':
      vit::read_json_records(text, "fuzz.json", {{"images", [](std::size_t, const auto& record) {
                                                    static_cast<void>(vit::json_member<std::string>(
                                                        record, "file_name", "fuzz.json"));
                                                  }}});
      break;
    case 'o': {  // COCO's annotations, masks and all, down to what is painted
      vit::CocoOptions options;
      options.root = "/";
      options.train_annotations = memory.with(bytes).string();
      options.train_images = "nowhere";
      options.masks = true;
      annotate_all(*vit::coco(options, vit::Split::train));
      break;
    }
    case 'v': {
      memory.with(bytes);
      vit::VocOptions options;
      options.root = folder.path();
      annotate_all(*vit::voc(options, vit::Split::train));
      break;
    }
    case 's': {
      memory.with(bytes);
      vit::ShardOptions options;
      options.root = folder.path();
      options.train = "{a,a}.tar";
      annotate_all(*vit::shards(options, vit::Split::train));
      break;
    }
    case 'n':  // a table of pictures, in each way to write one
    case 'a':
    case 'l': {
      memory.with(bytes);
      vit::ManifestOptions options;
      options.train = options.val = folder.path() + (reader == 'n'   ? "/a.csv"
                                                     : reader == 'a' ? "/a.json"
                                                                     : "/a.jsonl");
      annotate_all(*vit::manifest(options).train);
      break;
    }
    case 'L':  // YOLO's label files, and its data.yaml
    case 'Y': {
      memory.with(bytes);
      vit::YoloOptions options;
      options.root = folder.path() + (reader == 'L' ? "/yolo" : "/described");
      if (reader == 'L')
        annotate_all(*vit::yolo(options, vit::Split::train));
      else
        static_cast<void>(vit::yolo_lacks_val(options));
      break;
    }
    case 'k': static_cast<void>(vit::read_class_map(memory.with(bytes))); break;
    case 'y': {
      const vit::ImageBatch batch = vit::read_image_batch(memory.with(bytes), "labels");
      require(batch.bytes.size() == batch.rows * batch.columns);
      break;
    }
    case 'b': try { static_cast<void>(vit::expand_braces(text));
      } catch (const vit::Error& error) {
        require(error.kind() == vit::ErrorKind::usage);
      }
      break;
    default: break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto reader = static_cast<char>(data[0]);
  const std::span bytes = std::span(data, size).subspan(1);
  try {
    if (reader == 't' || reader == 's')
      read_as(reader, vit::fuzz::with_tar_checksums(bytes));
    else if (reader == 'p')
      read_as(reader, vit::fuzz::with_png_checksums(bytes));
    else
      read_as(reader, bytes);
  } catch (const vit::Error& error) {
    require(error.kind() == vit::ErrorKind::data);
  }
  return 0;
}
