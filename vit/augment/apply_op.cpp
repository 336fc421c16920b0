#include "vit/augment/apply_op.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "vit/augment/named_op.h"
#include "vit/config/yaml_document.h"
#include "vit/config/yaml_reader.h"
#include "vit/core/error.h"
#include "vit/image/decode.h"
#include "vit/image/eval_transform.h"
#include "vit/image/geometry.h"
#include "vit/image/resize.h"

namespace vit {
namespace {

constexpr const char* kWhere = "data apply";

/// What the description may say; which of it is needed depends on the operation.
struct DescribedOp {
  std::string op;
  std::optional<double> arg;
  std::optional<std::string> resample, filter;
  std::optional<std::vector<double>> fill, box;
  std::vector<std::int64_t> size;
  double crop_pct = 0.875;
  bool exif_orientation = false;
};

void describe(FieldVisitor& visitor, DescribedOp& o) {
  visitor.field({"op", &o.op, "Decode, Resize, ResizedCrop, Crop, Eval, or one of timm's names"});
  visitor.field({"arg", &o.arg, "what the operation takes: degrees, a factor, bits"});
  visitor.field({"resample", &o.resample, "nearest, bilinear or bicubic"});
  visitor.field({"fill", &o.fill, "colour of what comes from outside", {0, 255}});
  visitor.field({"filter", &o.filter, "of a resize"});
  visitor.field({"size", &o.size, "[width, height]", {1, 1 << 16}});
  visitor.field({"box", &o.box, "[left, top, right, bottom]"});
  visitor.field({"crop_pct", &o.crop_pct, "of Eval", kPositive});
  visitor.field({"exif_orientation", &o.exif_orientation, "turn the picture upright first"});
}

[[noreturn]] void missing(const DescribedOp& o, const std::string& what,
                          const std::string& remedy) {
  throw Error(ErrorKind::usage, kWhere, o.op + " needs " + what, remedy);
}

Size2 size_of(const DescribedOp& o) {
  if (o.size.size() != 2) missing(o, "a size of two numbers", "write size: [WIDTH, HEIGHT]");
  return {o.size[1], o.size[0]};
}

SourceBox box_of(const DescribedOp& o) {
  if (!o.box || o.box->size() != 4)
    missing(o, "a box of four numbers", "write box: [LEFT, TOP, RIGHT, BOTTOM]");
  const auto edge = [&](std::size_t i) { return static_cast<float>((*o.box)[i]); };
  return {edge(0), edge(1), edge(2), edge(3)};
}

Image cut(const Image& image, const DescribedOp& o) {
  const SourceBox box = box_of(o);
  const bool is_whole = box.left == std::floor(box.left) && box.top == std::floor(box.top) &&
                        box.right == std::floor(box.right) && box.bottom == std::floor(box.bottom);
  const bool is_inside = box.left >= 0 && box.top >= 0 && box.left < box.right &&
                         box.top < box.bottom && box.right <= static_cast<float>(image.width) &&
                         box.bottom <= static_cast<float>(image.height);
  if (!is_whole || !is_inside)
    throw Error(ErrorKind::usage, kWhere,
                str(o.op, ": the box is not one of whole pixels inside a picture of ", image.width,
                    " x ", image.height));
  return crop(image, static_cast<int>(box.left), static_cast<int>(box.top),
              static_cast<int>(box.right - box.left), static_cast<int>(box.bottom - box.top));
}

Image scaled(const Image& image, const DescribedOp& o, std::optional<SourceBox> box) {
  const Size2 size = size_of(o);
  return resize(image, static_cast<int>(size.width), static_cast<int>(size.height),
                filter_from_name(o.filter.value_or("bicubic"), kWhere), box);
}

Image named(const NamedOp& op, Image image, const DescribedOp& o) {
  if (op.needs_argument && !o.arg) missing(o, "an argument", "write arg: VALUE");
  NamedOpOptions options;
  options.filter = filter_from_name(o.resample.value_or("bicubic"), kWhere);
  options.fill = {};
  for (std::size_t c = 0; c < 3 && o.fill && !o.fill->empty(); ++c)
    options.fill[c] = static_cast<std::uint8_t>((*o.fill)[std::min(c, o.fill->size() - 1)]);
  Sample sample;
  sample.image = std::move(image);
  op.apply(sample, o.arg.value_or(0), options);
  return sample.image;
}

Image run(const DescribedOp& o, Image image) {
  if (o.op == "Decode") return image;
  if (o.op == "Crop") return cut(image, o);
  if (o.op == "Resize") return scaled(image, o, o.box ? std::optional(box_of(o)) : std::nullopt);
  if (o.op == "ResizedCrop") return scaled(cut(image, o), o, std::nullopt);
  if (o.op == "Eval")
    return eval_transform(
        image, {size_of(o), o.crop_pct, filter_from_name(o.filter.value_or("bicubic"), kWhere)});
  if (const NamedOp* op = find_named_op(o.op)) return named(*op, std::move(image), o);
  std::vector<std::string> known = named_ops();
  for (const char* name : {"Decode", "Crop", "Resize", "ResizedCrop", "Eval"})
    known.emplace_back(name);
  std::string all;
  for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
  const std::string near = nearest(o.op, known);
  throw Error(ErrorKind::usage, kWhere, str("there is no operation `", o.op, "`"),
              near.empty() ? "there are " + all : "did you mean " + near + "?");
}

}  // namespace

Image apply_described_op(const std::string& description, const std::filesystem::path& picture) {
  DescribedOp op;
  YamlReader reader(YamlDocument::parse(description, "operation"));
  reader.read([&](FieldVisitor& visitor) { describe(visitor, op); });
  DecodeOptions decoding;
  decoding.apply_exif_orientation = op.exif_orientation;
  return run(op, load_image(picture, decoding));
}

}  // namespace vit
