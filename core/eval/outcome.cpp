#include "core/eval/outcome.h"

#include <algorithm>
#include <tuple>

namespace asterism::eval {

ContextOptions Setting::contextFor(std::int64_t length) const {
    ContextOptions options = context;
    if (blocks > 0) options.blockTokens = std::max<std::int64_t>(1, (length + blocks - 1) / blocks);
    return options;
}

bool Setting::sharesContextsWith(const Setting& other) const {
    const auto all = [](const Setting& setting) {
        const ContextOptions& of = setting.context;
        return std::tie(setting.blocks, of.attention, of.plan, of.blockTokens, of.anchor,
                        of.anchorTokens, of.fixedAnchor, of.positions, of.kv, of.sinkTokens,
                        of.slidingTokens);
    };
    return all(*this) == all(other);
}

}  // namespace asterism::eval
