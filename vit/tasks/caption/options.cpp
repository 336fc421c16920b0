#include "vit/tasks/caption/options.h"

#include <algorithm>

#include "vit/core/error.h"
#include "vit/tasks/caption/attributes.h"

namespace vit {
namespace {

void describe_decoder(FieldVisitor& visitor, CaptionDecoderOptions& o) {
  visitor.field({"width", &o.width, "of its tokens", kAtLeastOne});
  visitor.field({"layers", &o.layers, "its blocks", kAtLeastOne});
  visitor.field({"heads", &o.heads, "of its attentions; 0: one for 64 features", kNonNegative});
  visitor.field({"mlp_ratio", &o.mlp_ratio, "width inside its MLPs by its own", kPositive});
  visitor.field({"positions",
                 &o.positions,
                 "of words: learned, or sines and cosines",
                 {},
                 {"learned", "sincos"}});
  visitor.field(
      {"summary",
       &o.summary,
       "what each word is given of the image as a whole, beside what it looks for: none, or "
       "the mean or maximum of the image's tokens",
       {},
       {"none", "mean", "max"}});
  visitor.field({"tied", &o.tied, "words are compared with their own embeddings at the end"});
  visitor.field({"drop", &o.drop, "dropout inside its blocks", kProbability});
}

}  // namespace

void describe(FieldVisitor& visitor, CaptionOptions& o) {
  visitor.section("decoder", "the transformer that says the words",
                  [&](FieldVisitor& inner) { describe_decoder(inner, o.decoder); });
  visitor.field({"context_length",
                 &o.context_length,
                 "most tokens of a sentence, begin and end among them",
                 {2, 4096}});
  visitor.field({"vocab_size", &o.vocab_size,
                 "tokens of the vocabulary; 0: the tokenizer's; where one is learned, 1024",
                 kNonNegative});
  describe(visitor, o.words);
  visitor.field({"beams",
                 &o.beams,
                 "sentences that are followed at once while one is looked for; 1: the likeliest "
                 "next word is taken",
                 {1, 64}});
  visitor.field({"parallel", &o.parallel,
                 "share of the training samples whose words are said all at once, with no word "
                 "given (CapPa, 0.75 there): the encoder learns more; 0: each word given those "
                 "before",
                 kProbability});
  visitor.field({"attributes", &o.attributes,
                 "what sentences say in one of a few words, each counted in the evaluation: "
                 "`colour: red green blue, before on` are such words in front of the first `on`; "
                 "`after on` those behind"});
  (void)parse_attributes(o.attributes);
}

namespace {

MemorySummary summary_of(const std::string& name) {
  return name == "max"    ? MemorySummary::max
         : name == "mean" ? MemorySummary::mean
                          : MemorySummary::none;
}

}  // namespace

DecoderOptions decoder_options(const CaptionOptions& options, std::int64_t memory_dim) {
  constexpr std::int64_t kHeadWidth = 64;
  const CaptionDecoderOptions& o = options.decoder;
  const std::int64_t heads =
      o.heads > 0 ? o.heads : std::max<std::int64_t>(1, o.width / kHeadWidth);
  if (o.width % heads != 0)
    throw Error(ErrorKind::usage, "task.decoder.heads",
                str("the decoder's width ", o.width, " is not a multiple of its ", heads, " heads"),
                "set task.decoder.width or task.decoder.heads so that it divides");
  if (options.vocab_size < 1)
    throw Error(ErrorKind::usage, "task.vocab_size", "is not known",
                "name a tokenizer (task.tokenizer), or set it");
  return {.vocab_size = options.vocab_size,
          .length = options.context_length,
          .depth = o.layers,
          .block = {.dim = o.width,
                    .memory_dim = memory_dim,
                    .num_heads = heads,
                    .mlp_ratio = o.mlp_ratio,
                    .drop = o.drop},
          .positions = o.positions == "sincos" ? TokenPositions::sincos : TokenPositions::learned,
          .tied = o.tied,
          .summary = summary_of(o.summary),
          .parallel = options.parallel > 0};
}

}  // namespace vit
