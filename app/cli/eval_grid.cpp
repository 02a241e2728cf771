#include "app/cli/eval_grid.h"

#include <algorithm>
#include <charconv>

#include "app/cli/command.h"
#include "app/cli/engine_flags.h"
#include "app/cli/text_io.h"

namespace asterism {

namespace {

using eval::Setting;

// Rows with what is settled of them so far; each step multiplies them.
class RowList {
  public:
    explicit RowList(Setting first) { m_rows.push_back(std::move(first)); }

    // One row for each value, of each row there is. `apply` sets a value and returns what the
    // row's name says of it.
    template <typename Value, typename Apply>
    void vary(const std::vector<Value>& values, Apply apply) {
        std::vector<Setting> rows;
        for (const Setting& row : m_rows)
            for (const Value& value : values) {
                rows.push_back(row);
                const std::string text = apply(rows.back(), value);
                if (!text.empty()) rows.back().name += " " + text;
            }
        m_rows = std::move(rows);
    }

    // Rows that came out the same are one.
    std::vector<Setting> take() {
        std::vector<Setting> rows;
        for (Setting& row : m_rows)
            if (std::none_of(rows.begin(), rows.end(),
                             [&](const Setting& other) { return other.name == row.name; }))
                rows.push_back(std::move(row));
        return rows;
    }

  private:
    std::vector<Setting> m_rows;
};

std::int64_t wholeNumber(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    return failure == std::errc() && end == text.data() + text.size() ? value : 0;
}

std::string applyBlocks(Setting& row, const std::string& text) {
    const bool isShare = text.starts_with("n/");
    const std::int64_t value = wholeNumber(isShare ? std::string_view(text).substr(2) : text);
    if (value < 1)
        throw UsageError("--block-tokens: ", text, " is neither a number of tokens nor like n/4");
    (isShare ? row.blocks : row.context.blockTokens) = value;
    return "blocks " + text;
}

std::string applyAnchor(Setting& row, const std::string& text, const Tokenizer& tokenizer) {
    if (text == "none") {
        row.context.anchor = AnchorMode::none;
    } else if (text != "first") {
        row.context.anchor = AnchorMode::fixedText;
        row.context.fixedAnchor = encodeText(tokenizer, readTextFile(text), text);
    }
    return "anchor " + text;
}

std::string applyAnchorTokens(Setting& row, std::int64_t tokens) {
    if (row.context.anchor != AnchorMode::first || tokens == 0) return {};
    row.context.anchorTokens = tokens;
    return std::to_string(tokens);
}

bool usesWindow(Placement placement) {
    return placement == Placement::stagger || placement == Placement::squeeze;
}

std::string applyWindow(Setting& row, std::int64_t window) {
    if (!usesWindow(row.placement.placement) || window == 0) return {};
    row.placement.window = window;
    return std::to_string(window);
}

std::string applySelection(Setting& row, std::int64_t blocks) {
    row.placement.selectBlocks = blocks;
    return blocks > 0 ? "select " + std::to_string(blocks) : std::string();
}

// The placements of the list that a mode has a use for; its own where it has none for any.
std::vector<std::string> placementsFor(AttentionMode mode, const std::vector<std::string>& all) {
    std::vector<std::string> fitting;
    for (const std::string& name : all) {
        const Placement placement = placementOf(name);
        const bool fits = placement == Placement::trueOrder ||
                          (placement == Placement::squeeze ? mode == AttentionMode::dense
                                                           : mode == AttentionMode::star);
        if (fits) fitting.push_back(name);
    }
    const bool isStar = mode == AttentionMode::star;
    const bool lacksTrue = std::find(fitting.begin(), fitting.end(), "true") == fitting.end();
    // Dense rows in place are what all others are measured against.
    if (!isStar && lacksTrue) fitting.insert(fitting.begin(), "true");
    if (fitting.empty()) fitting.emplace_back("stagger");
    return fitting;
}

}  // namespace

void EvalGrid::add(CLI::App& command) {
    const auto addList = [&](const std::string& name, auto& values, const std::string& text) {
        return command.add_option(name, values, text + ", separated by commas")
            ->delimiter(',')
            ->capture_default_str();
    };
    addList("--modes", modes, "Attention modes: dense, star, ring, window");
    addList("--block-tokens", blockTokens, "Tokens of a block, or n/4 for a quarter of the length");
    addList("--anchor", anchors, "Anchors: first, none or a file");
    addList("--anchor-tokens", anchorTokens, "Tokens of a first-block anchor; 0: as a block")
        ->check(atLeast(0));
    addList("--positions", positions, "Where blocks stand while encoded: contiguous, global");
    addList("--plan", plans, "How contexts are cut: fixed, documents");
    addList("--placement", placements,
            "Where blocks stand for questions: true, stagger, reuse; squeeze for dense");
    addList("--window", windows, "Positions for stagger and squeeze; 0: the default")
        ->check(atLeast(0));
    addList("--select-blocks", selectBlocks,
            "Blocks beside the first one that a question attends to, chosen for it; 0: all")
        ->check(atLeast(0));
    addList("--kv", kvTypes, "How keys and values are stored: q8, bf16, f32");
    addList("--sliding-tokens", slidingTokens, "Lengths of window mode's window")
        ->check(atLeast(1));
    command.add_option("--sink-tokens", sinkTokens, "First tokens that window mode keeps")
        ->check(atLeast(0))
        ->capture_default_str();
    command.add_option("--room", room, "Positions kept for question and answer; 0: what they need")
        ->check(atLeast(0))
        ->capture_default_str();
}

std::vector<Setting> EvalGrid::settings(const Tokenizer& tokenizer) const {
    std::vector<Setting> all;
    for (const std::string& name : modes) {
        const AttentionMode mode = attentionModeOf(name);
        Setting first;
        first.name = name;
        first.context.attention = mode;
        first.context.sinkTokens = sinkTokens;
        first.placement.room = room;
        RowList rows(std::move(first));
        if (mode == AttentionMode::star) {
            rows.vary(plans, [](Setting& row, const std::string& value) {
                row.context.plan = planOf(value);
                return value == "fixed" ? std::string() : value;
            });
            rows.vary(blockTokens, applyBlocks);
            rows.vary(anchors, [&](Setting& row, const std::string& value) {
                return applyAnchor(row, value, tokenizer);
            });
            rows.vary(anchorTokens, applyAnchorTokens);
            rows.vary(positions, [](Setting& row, const std::string& value) {
                row.context.positions = positionsOf(value);
                return value;
            });
        }
        if (mode == AttentionMode::window)
            rows.vary(slidingTokens, [](Setting& row, std::int64_t value) {
                row.context.slidingTokens = value;
                return std::to_string(value);
            });
        rows.vary(placementsFor(mode, placements), [&](Setting& row, const std::string& value) {
            row.placement.placement = placementOf(value);
            return mode == AttentionMode::star || value != "true" ? value : std::string();
        });
        rows.vary(windows, applyWindow);
        if (mode == AttentionMode::star) rows.vary(selectBlocks, applySelection);
        rows.vary(kvTypes, [](Setting& row, const std::string& value) {
            row.context.kv = kvTypeOf(value);
            return value;
        });
        for (Setting& row : rows.take()) all.push_back(std::move(row));
    }
    return all;
}

std::vector<std::string> baselinesOf(const std::vector<Setting>& settings) {
    std::vector<std::string> names;
    for (const Placement placement : {Placement::trueOrder, Placement::squeeze}) {
        const auto found =
            std::find_if(settings.begin(), settings.end(), [&](const Setting& setting) {
                return setting.context.attention == AttentionMode::dense &&
                       setting.placement.placement == placement;
            });
        if (found != settings.end()) names.push_back(found->name);
    }
    return names;
}

}  // namespace asterism
