#include "core/star/block_key.h"

#include <xxhash.h>

#include <memory>

namespace asterism {

namespace {

// Raised whenever the bytes under a key would differ from those of an earlier version: the layout
// of KvLayout, the quantisation of q8, the arithmetic of phase 1.
constexpr std::int64_t kKeyVersion = 2;

// Hashes a sequence of parts, each with its length, so that no two sequences run together.
class KeyHash {
  public:
    KeyHash() : m_state(XXH3_createState()) { XXH3_128bits_reset(m_state.get()); }

    void add(const std::string& text) { add(text.data(), text.size()); }
    void add(std::int64_t number) { add(&number, sizeof number); }
    void add(std::span<const TokenId> tokens) { add(tokens.data(), tokens.size_bytes()); }
    void add(std::span<const std::byte> bytes) { add(bytes.data(), bytes.size()); }

    BlockKey key() const {
        XXH128_canonical_t canonical;
        XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(m_state.get()));
        BlockKey key;
        std::copy(std::begin(canonical.digest), std::end(canonical.digest), key.bytes.begin());
        return key;
    }

  private:
    struct Free {
        void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
    };

    void add(const void* data, std::size_t bytes) {
        XXH3_128bits_update(m_state.get(), &bytes, sizeof bytes);
        XXH3_128bits_update(m_state.get(), data, bytes);
    }

    std::unique_ptr<XXH3_state_t, Free> m_state;
};

KeyHash commonPart(const BlockKeyBase& base, const char* kind) {
    KeyHash hash;
    hash.add(std::string(kind));
    hash.add(kKeyVersion);
    hash.add(base.modelFingerprint);
    hash.add(base.numericClass);
    return hash;
}

}  // namespace

std::string BlockKey::hex() const {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

BlockKey blockKey(const BlockKeyBase& base, std::span<const TokenId> tokens, std::int64_t start) {
    KeyHash hash = commonPart(base, "block");
    hash.add(static_cast<std::int64_t>(base.options.kv));
    hash.add(static_cast<std::int64_t>(base.options.attention));
    hash.add(static_cast<std::int64_t>(base.options.positions));
    hash.add(base.anchor);
    hash.add(tokens);
    // With contiguous positions every block stands right behind its anchor, wherever it is.
    if (base.options.positions == Positions::global) hash.add(start);
    return hash.key();
}

BlockKey turnKey(const BlockKeyBase& base, KvType type, const TurnView& view,
                 std::span<const TokenId> tokens, std::int64_t begin) {
    KeyHash hash = commonPart(base, "turn");
    hash.add(static_cast<std::int64_t>(type));
    hash.add(static_cast<std::int64_t>(base.options.visibleAnchorTokens));
    hash.add(base.anchor);
    hash.add(std::as_bytes(view.blocks));
    hash.add(std::as_bytes(view.passages));
    hash.add(std::as_bytes(view.starts));
    hash.add(std::as_bytes(std::span(&view.step, 1)));
    hash.add(std::as_bytes(std::span(&view.queryStart, 1)));
    hash.add(tokens);
    hash.add(begin);
    return hash.key();
}

BlockKey anchorKey(const BlockKeyBase& base) {
    KeyHash hash = commonPart(base, "anchor");
    hash.add(static_cast<std::int64_t>(base.anchorType));
    hash.add(base.anchor);
    return hash.key();
}

}  // namespace asterism
