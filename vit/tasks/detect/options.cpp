#include "vit/tasks/detect/options.h"

namespace vit {

void describe(FieldVisitor& visitor, DetectOptions& o) {
  const auto section = [&](std::string_view name, std::string_view help, auto& options) {
    visitor.section(name, help, [&](FieldVisitor& inner) { describe(inner, options); });
  };
  visitor.field({"head",
                 &o.head,
                 "what finds objects: a dense head on a pyramid of maps, which learns from few "
                 "images (fcos); detection tokens in the ViT itself (yolos); queries that look at "
                 "points of a windowed ViT's map (rf_detr)",
                 {},
                 {"fcos", "yolos", "rf_detr"}});
  visitor.field({"masks", &o.masks,
                 "also find which pixels each object takes (head rf_detr alone); null: where "
                 "weights of a whole detector have a head for it"});
  section("fcos", "the dense head", o.fcos);
  section("yolos", "detection tokens", o.yolos);
  section("rf_detr", "queries", o.rf_detr);
  visitor.field({"max_detections", &o.max_detections, "objects of an image that are found at most",
                 kAtLeastOne});
  visitor.field({"shown_score", &o.shown_score,
                 "vit predict tells and draws objects from this score on; an evaluation sees all",
                 kProbability});
}

}  // namespace vit
