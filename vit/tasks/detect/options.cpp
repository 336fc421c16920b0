#include "vit/tasks/detect/options.h"

namespace vit {

void describe(FieldVisitor& visitor, DetectOptions& o) {
  const auto section = [&](std::string_view name, std::string_view help, auto& options) {
    visitor.section(name, help, [&](FieldVisitor& inner) { describe(inner, options); });
  };
  visitor.field({"head",
                 &o.head,
                 "what finds objects: a dense head on a pyramid of maps, which learns from few "
                 "images (fcos)",
                 {},
                 {"fcos"}});
  section("fcos", "the dense head", o.fcos);
  visitor.field({"max_detections", &o.max_detections, "objects of an image that are found at most",
                 kAtLeastOne});
  visitor.field({"shown_score", &o.shown_score,
                 "vit predict tells and draws objects from this score on; an evaluation sees all",
                 kProbability});
}

}  // namespace vit
