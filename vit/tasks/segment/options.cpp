#include "vit/tasks/segment/options.h"

#include "vit/core/error.h"

namespace vit {

void describe(FieldVisitor& visitor, SegmentInference& o) {
  visitor.field({"mode",
                 &o.mode,
                 "the image at once (whole), or at its own shape in sliding windows of "
                 "model.img_size (slide)",
                 {},
                 {"whole", "slide"}});
  visitor.field({"stride", &o.stride, "slide: pixels between windows; 0: two thirds of a window",
                 kNonNegative});
  visitor.field({"flip", &o.flip, "also of the mirrored image, probabilities averaged"});
  visitor.field(
      {"scales", &o.scales, "slide: sizes of the image, probabilities averaged", kPositive});
  if (o.scales.empty())
    throw Error(ErrorKind::usage, "task.inference.scales", "is empty: the image would not be seen",
                "write [1.0]");
}

void describe(FieldVisitor& visitor, SegmentOptions& o) {
  const auto section = [&](std::string_view name, std::string_view help, auto& options) {
    visitor.section(name, help, [&](FieldVisitor& inner) { describe(inner, options); });
  };
  visitor.field({"head",
                 &o.head,
                 "what makes classes of patches: DINOv2's batch norm and 1x1 convolution (linear), "
                 "Segmenter's linear layer (decoder_linear) or its mask_transformer",
                 {},
                 {"linear", "decoder_linear", "mask_transformer"}});
  visitor.field({"layers", &o.layers,
                 "blocks or stages of the backbone whose features the linear head joins; negative "
                 "ones count from the last, which is -1"});
  if (o.layers.empty())
    throw Error(ErrorKind::usage, "task.layers", "is empty: the head would have no features",
                "write [-1], or leave it out");
  section("linear", "the linear head", o.linear);
  section("decoder", "the mask transformer", o.decoder);
  section("loss", "what pixels are compared by", o.loss);
  section("inference", "how an image is predicted", o.inference);
}

}  // namespace vit
