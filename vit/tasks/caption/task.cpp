#include "vit/tasks/caption/task.h"

#include <ATen/ops/cross_entropy_loss.h>
#include <torch/utils.h>

#include "vit/core/error.h"
#include "vit/nn/init.h"
#include "vit/tasks/caption/evaluation.h"
#include "vit/tasks/caption/predictor.h"
#include "vit/tasks/caption/saying_predictor.h"
#include "vit/tasks/caption/weights.h"

namespace vit {
namespace {

constexpr std::int64_t kNotCounted = -100;

torch::Tensor example_sentences(const DecoderOptions& decoder, std::int64_t batch) {
  return torch::arange(batch * decoder.length)
      .remainder(decoder.vocab_size)
      .view({batch, decoder.length});
}

/// The mean cross entropy of the tokens that count.
torch::Tensor loss_of(const torch::Tensor& logits, const torch::Tensor& targets) {
  return at::cross_entropy_loss(logits.to(torch::kFloat32).flatten(0, 1), targets.flatten(), {},
                                at::Reduction::Mean, kNotCounted);
}

/// How many of them are the likeliest, in percent.
torch::Tensor accuracy_of(const torch::Tensor& logits, const torch::Tensor& targets) {
  const torch::Tensor counted = targets != kNotCounted,
                      right = (logits.detach().argmax(2) == targets).logical_and(counted);
  return right.sum().to(torch::kFloat64) * 100 / counted.sum().clamp_min(1);
}

}  // namespace

torch::Tensor next_tokens(const torch::Tensor& ids, std::int64_t end) {
  const std::int64_t count = ids.size(1) - 1;
  const torch::Tensor ended = (ids == end).cumsum(1).narrow(1, 0, count) > 0;
  return ids.narrow(1, 1, count).masked_fill(ended, kNotCounted);
}

CaptionTask::CaptionTask(const CaptionConfig& config, const TaskContext& context)
    : config_(config), input_(context.input) {
  CaptionOptions& options = config_.options;
  if (knows_words(options.words)) {
    words_ = text_input(options.words, options.context_length);
    if (!words_->begin || !words_->end)
      throw Error(ErrorKind::usage, "task.tokenizer",
                  "has no tokens that begin and end a sentence, which a captioner needs",
                  "use one of CLIP's kind, or leave it out to learn one");
    // One that was learned has as many pieces as it found.
    if (options.vocab_size == 0 || options.words.tokenizer.empty())
      options.vocab_size = words_->tokenizer->vocab_size();
    words_->require_embeddings(options.vocab_size, "task.tokenizer");
    collator_ = config_.collator(Split::train, {.seed = context.seed});
  }
  network_ = std::make_shared<CaptionNetwork>(context.model, options);
  network_->init_decoder(context.seed);
}

const TextInput& CaptionTask::words() const {
  if (!words_) (void)text_input(config_.options.words, 2);  // says that there is none
  return *words_;
}

const Collator& CaptionTask::collator(Split /*split*/) const {
  (void)words();
  return *collator_;
}

TaskStep CaptionTask::step(const Batch& batch) {
  const auto& texts = batch.annotations_as<Texts>();
  const torch::Tensor &ids = texts.ids, memory = network_->memory(batch.images),
                      targets = next_tokens(ids, *words().end);  // [B, L - 1]
  const std::int64_t count = targets.size(1);
  const auto rows_where = [&](bool not_given) {
    return (texts.not_given == not_given).nonzero().flatten().to(memory.device());
  };
  TaskStep step;
  if (!texts.not_given.defined()) {
    const torch::Tensor logits = network_->logits(ids.narrow(1, 0, count), memory);
    step.loss = loss_of(logits, targets);
    step.parts.emplace_back("token_accuracy", accuracy_of(logits, targets));
    return step;
  }
  const torch::Tensor given = rows_where(false), others = rows_where(true),
                      of_given = targets.index_select(0, given),
                      of_others = targets.index_select(0, others);
  // Either may be none of a small batch.
  const torch::Tensor none = memory.new_zeros({0, count, network_->decoder().options.vocab_size});
  const torch::Tensor in_turn =
      given.numel() == 0 ? none
                         : network_->logits(ids.index_select(0, given).narrow(1, 0, count),
                                            memory.index_select(0, given));
  const torch::Tensor at_once =
      others.numel() == 0 ? none : network_->parallel_logits(count, memory.index_select(0, others));
  step.loss = loss_of(torch::cat({in_turn, at_once}), torch::cat({of_given, of_others}));
  step.parts.emplace_back("token_accuracy", accuracy_of(in_turn, of_given));
  step.parts.emplace_back("parallel_accuracy", accuracy_of(at_once, of_others));
  return step;
}

Metrics CaptionTask::parts() const {
  Metrics all{{.name = "token_accuracy", .title = "next tokens", .percent = true}};
  if (config_.options.parallel > 0)
    all.push_back({.name = "parallel_accuracy", .title = "tokens at once", .percent = true});
  return all;
}

GenerateOptions CaptionTask::search() const {
  const TextInput& input = words();
  return {.bos = *input.begin,
          .eos = *input.end,
          .pad = input.pad,
          .length = input.length,
          .beams = config_.options.beams};
}

std::unique_ptr<Predictor> CaptionTask::predictor() {
  // The first image shows how sentences come to be.
  constexpr std::int64_t kShownBeams = 3;
  return std::make_unique<SayingPredictor>(network_, words(), search(),
                                           SayingOptions{.images = 1, .least_beams = kShownBeams});
}

std::unique_ptr<Predictor> CaptionTask::explaining_predictor() {
  return std::make_unique<SayingPredictor>(network_, words(), search());
}

std::unique_ptr<Evaluation> CaptionTask::evaluation() const { return config_.evaluation({}); }

ExportedGraph CaptionTask::exported() {
  const TextInput& input = words();
  const GenerateOptions options = search();
  const auto network = network_;
  const DecoderOptions decoder = network_->decoder().options;
  ExportedMethod decode{
      "decode",
      [network](const std::vector<torch::Tensor>& inputs) {
        return network->logits(inputs.at(0), inputs.at(1));
      },
      [network, decoder, input = input_](std::int64_t batch) -> std::vector<torch::Tensor> {
        const auto [height, width] = input.img_size;
        torch::Tensor images = torch::empty({batch, input.in_chans, height, width});
        init::normal(images, 1.0, Rng(2, Stream::bench));
        return {example_sentences(decoder, batch), network->memory(images)};
      }};
  return {.module = network.get(),
          .forward = [network](const torch::Tensor& x) { return network->memory(x); },
          .img_size = input_.img_size,
          .in_chans = input_.in_chans,
          .output = "tokens",
          .then = ExportedStep{[network, options](const torch::Tensor& memory) {
                                 return generate(network->decoder(), memory, options)
                                     .tokens.select(1, 0)
                                     .to(memory.device());
                               },
                               generate_script(input, options.beams)},
          .methods = {std::move(decode)}};
}

NamedTensors CaptionTask::outputs(const NamedTensors& inputs) {
  const torch::Tensor ids = tokens_of(inputs, network_->decoder().options.vocab_size);
  return {{"logits", network_->logits(ids, network_->memory(input_of(inputs, "x")))}};
}

LoadReport CaptionTask::load(const std::filesystem::path& checkpoint) {
  return load_captioner(*network_, checkpoint);
}

Batch CaptionTask::random_batch(std::int64_t size, std::uint64_t seed) const {
  const auto [height, width] = input_.img_size;
  torch::Tensor images = torch::empty({size, input_.in_chans, height, width});
  init::normal(images, 1.0, Rng(seed, Stream::bench));
  auto texts = std::make_shared<Texts>();
  texts->ids = example_sentences(network_->decoder().options, size);
  return {.images = images, .indices = torch::arange(size), .annotations = texts};
}

}  // namespace vit
