#include "vit/nn/attention_scope.h"

#include <utility>

namespace vit {
namespace {

thread_local AttentionScope* innermost_attention_scope = nullptr;

}  // namespace

AttentionScope::AttentionScope(Sink sink)
    : sink_(std::move(sink)), outer_(innermost_attention_scope) {
  innermost_attention_scope = this;
}

AttentionScope::~AttentionScope() { innermost_attention_scope = outer_; }

bool AttentionScope::active() { return innermost_attention_scope != nullptr; }

void AttentionScope::show(const torch::Tensor& weights) {
  AttentionScope* scope = innermost_attention_scope;
  if (scope != nullptr) scope->sink_(scope->shown_++, weights);
}

}  // namespace vit
