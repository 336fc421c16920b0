#include "vit/tasks/contrast/options.h"

#include "vit/core/error.h"
#include "vit/core/text.h"

namespace vit {

void describe(FieldVisitor& visitor, ContrastOptions& o) {
  visitor.field({"loss",
                 &o.loss,
                 "CLIP's softmax over the batch, or SigLIP's decision about each pair",
                 {},
                 {"siglip", "clip"}});
  visitor.field({"embed_dim", &o.embed_dim,
                 "numbers that images and texts are projected to; 0: the image tower's features "
                 "stay as they are, and texts are projected to their number",
                 kNonNegative});
  visitor.section("text", "the text tower", [&](FieldVisitor& inner) { describe(inner, o.text); });
  describe(visitor, o.words);
  visitor.field({"templates", &o.templates,
                 "sentences about a class, {} being its name: their mean is what images are "
                 "compared with to be classified"});
  for (const std::string& sentence : o.templates)
    if (sentence.find("{}") == sentence.npos)
      throw Error(ErrorKind::usage, "task.templates",
                  "`" + printable(sentence) +
                      "` has no {} for the class, so that it would say the "
                      "same of all",
                  "write it as in `a photo of a {}.`");
  visitor.field({"lock_image", &o.lock_image,
                 "the image tower does not learn (LiT); its features are computed once where "
                 "nothing varies the images"});
  visitor.field({"init_logit_scale", &o.init_logit_scale,
                 "logarithm of the scale at first; null: ln 10 for siglip, ln(1/0.07) for clip"});
  visitor.field({"init_logit_bias", &o.init_logit_bias, "siglip: the bias at first"});
}

}  // namespace vit
