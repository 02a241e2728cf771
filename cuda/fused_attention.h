#pragma once

#include <cstdint>
#include <memory>

#include "cuda/kernels/attention_args.h"
#include "cuda/stream.h"

namespace asterism::cuda {

// Many rows over rotated copies of the keys, as FusedAttention takes them: every query sees all
// keys, or all but those behind its own, the last query standing on the last key.
struct FusedAttentionArgs {
    AttentionShape shape;  // bf16; no window
    const void* queries;   // [tokens, heads, headDim]
    const void* keys;      // [kvHeads, keyRows, headDim]
    const void* values;
    std::int64_t keyRows;
    bool isCausal;
    void* output;      // [tokens, heads, headDim], bf16
    float* logSumExp;  // [heads, tokens]
};

// The vendor's fused attention (cuDNN), where the build found it: on the newest GPUs about twice as
// fast as the kernel of ours that stands in for it (tile_attention.h).
class FusedAttention {
  public:
    explicit FusedAttention(std::shared_ptr<Stream> stream);
    ~FusedAttention();

    // Whether the library has a kernel for these sizes; asking makes it ready, which takes a while
    // for sizes that are new. Never throws: what the library cannot do, others do.
    bool takes(const FusedAttentionArgs& args);
    // Puts the work on the stream. Throws Error if it cannot, although takes() said so.
    void attend(const FusedAttentionArgs& args);

  private:
    struct Library;

    std::unique_ptr<Library> m_library;
};

}  // namespace asterism::cuda
