#pragma once

namespace vit::kernels {

/// For the first line of a backward pass that autograd cannot differentiate again: throws Error
/// (usage) where it is asked to (`create_graph`), instead of leaving parts of the second derivative
/// out without a word.
void refuse_second_derivative();

}  // namespace vit::kernels
