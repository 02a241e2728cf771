// What stands for cuDNN where it was not found when Asterism was built.
#include "core/base/check.h"
#include "cuda/fused_attention.h"

namespace asterism::cuda {

struct FusedAttention::Library {};

FusedAttention::FusedAttention(std::shared_ptr<Stream>) {}
FusedAttention::~FusedAttention() = default;

bool FusedAttention::takes(const FusedAttentionArgs&) {
    return false;
}

void FusedAttention::attend(const FusedAttentionArgs&) {
    ASTERISM_CHECK(!"there is no library to attend with");
}

}  // namespace asterism::cuda
