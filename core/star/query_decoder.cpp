#include "core/star/query_decoder.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/softmax_partial.h"

namespace asterism {

namespace {

// Of the values that at(0) to at(count - 1) give; -infinity of none.
template <typename At>
float logSumExp(std::size_t count, const At& at) {
    float top = -std::numeric_limits<float>::infinity();
    for (std::size_t i = 0; i < count; ++i) top = std::max(top, at(i));
    float sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += partWeight(at(i), top);
    return logSumExpOfParts(sum, top);
}

}  // namespace

// Attends to the context and to the turns, whose new keys it adds on the last rank.
class QueryDecoder::Attention : public LayerAttention {
  public:
    Attention(Rank& rank, KeyValueBlock* turn, std::int64_t first, std::span<const KeyRun> runs,
              const QueryPlace& place, const TensorView& runLogSumExp)
        : m_rank(rank),
          m_turn(turn),
          m_first(first),
          m_runs(runs),
          m_place(place),
          m_runLogSumExp(runLogSumExp) {}

    void attend(std::int64_t layer, const TensorView& queries, const TensorView& keys,
                const TensorView& values, const TensorView& output) override {
        if (m_turn) m_rank.backend().store(keys, values, m_turn->view(layer), m_first);
        m_rank.attendAllRanks(layer, queries, m_runs, m_place, output, m_runLogSumExp);
    }

  private:
    Rank& m_rank;
    KeyValueBlock* m_turn;
    std::int64_t m_first;
    std::span<const KeyRun> m_runs;
    QueryPlace m_place;
    TensorView m_runLogSumExp;
};

QueryDecoder::QueryDecoder(Rank& rank, Conversation& conversation, std::stop_token stop)
    : m_rank(rank),
      m_conversation(conversation),
      m_stop(std::move(stop)),
      m_place(conversation.nextPlace()) {
    rank.setVisibleWindow(conversation.visibleWindow());
}

QueryDecoder::~QueryDecoder() = default;

void QueryDecoder::reserveFigures() {
    if (m_runs.size() <= m_figureRuns) return;
    m_figureRuns = m_runs.size();
    m_runLogSumExp = m_rank.backend().floats(
        {m_rank.config().layers, static_cast<std::int64_t>(m_figureRuns), m_rank.config().heads});
}

TensorView QueryDecoder::run(std::span<const TokenId> tokens) {
    const auto count = std::ssize(tokens);
    return runForAll(tokens).slice(count - 1, count);
}

TensorView QueryDecoder::runForAll(std::span<const TokenId> tokens) {
    const auto count = static_cast<std::int64_t>(tokens.size());
    KeyValueBlock* turn = m_rank.isLast() ? &m_conversation.turn() : nullptr;
    const std::int64_t first = turn ? turn->tokens() : 0;
    if (turn) turn->setTokens(first + count);
    const TensorView hidden =
        count == 1 && m_recorded ? runRecorded(tokens.front()) : runOps(tokens, turn, first);
    m_place.position += static_cast<double>(count);
    m_place.token += count;
    m_tokensRun += count;
    return hidden;
}

TensorView QueryDecoder::runRecorded(TokenId token) {
    if (m_stop.stop_requested()) throw Stopped();
    m_recorded->run(token);
    return m_hidden;
}

// Whether nothing between the ops of a token waits for other ranks.
bool QueryDecoder::canRecord() const {
    return m_rank.count() == 1 || m_rank.communicator().followsOps();
}

// A single token is recorded on the way, by all ranks or by none.
TensorView QueryDecoder::runOps(std::span<const TokenId> tokens, KeyValueBlock* turn,
                                std::int64_t first) {
    m_runs.clear();
    m_figures.clear();
    for (const auto& [run, figure] : m_conversation.runsOf(m_rank.index(), m_rank.count())) {
        m_runs.push_back(run);
        m_figures.push_back(figure);
    }
    reserveFigures();
    const auto runs = static_cast<std::int64_t>(m_runs.size());
    const Shape figureShape{m_rank.config().layers, runs, m_rank.config().heads};
    const TensorView figures{m_runLogSumExp.view().data, figureShape, DataType::f32};
    m_attention = std::make_unique<Attention>(m_rank, turn, first, m_runs, m_place, figures);
    if (tokens.size() > 1 || !canRecord())
        return m_rank.decoder().run(tokens, *m_attention, m_stop);
    m_token = tokens.front();
    const auto run = [this] {
        m_hidden = m_rank.decoder().run({&m_token, 1}, *m_attention, m_stop);
    };
    // All ranks count for themselves: the last one has noted this token in the turn already.
    const std::int64_t capacity = m_conversation.turn().capacity();
    m_recorded = m_rank.backend().record(run, capacity - m_tokensRun - 1);
    return m_hidden;
}

AttentionMass QueryDecoder::attentionMass() {
    const auto layers = static_cast<std::size_t>(m_rank.config().layers);
    const auto heads = static_cast<std::size_t>(m_rank.config().heads);
    std::vector<float> runs(layers * m_runs.size() * heads);
    if (!runs.empty())
        m_rank.backend().download(
            {m_runLogSumExp.view().data, {static_cast<std::int64_t>(runs.size())}},
            std::as_writable_bytes(std::span(runs)));
    const std::vector<float> totals = totalLogSumExps(runs);

    // Figures over all layers, then those over the late ones.
    const std::size_t figures = m_conversation.massCount();
    std::vector<float> mine(2 * figures, 0.0F);
    const std::size_t lateLayers = std::max<std::size_t>(1, layers / 4);
    for (std::size_t layer = 0; layer < layers; ++layer)
        for (std::size_t run = 0; run < m_runs.size(); ++run) {
            float sum = 0;
            for (std::size_t head = 0; head < heads; ++head)
                sum += std::exp(runs[(layer * m_runs.size() + run) * heads + head] -
                                totals[layer * heads + head]);
            mine[m_figures[run]] += sum / static_cast<float>(layers * heads);
            if (layer >= layers - lateLayers)
                mine[figures + m_figures[run]] += sum / static_cast<float>(lateLayers * heads);
        }
    const std::vector<float> gathered = gather(mine);
    std::vector<double> sums(mine.size(), 0.0);
    for (std::size_t i = 0; i < gathered.size(); ++i) sums[i % sums.size()] += gathered[i];
    const auto middle = sums.begin() + static_cast<std::ptrdiff_t>(figures);
    return {{sums.begin(), middle}, {middle, sums.end()}};
}

// Over the runs of all ranks, [layers, heads]. Taken from the runs' own figures rather than from
// the merged result: a backend may compute that with keys rounded in another way, and the masses
// would not sum to 1.
std::vector<float> QueryDecoder::totalLogSumExps(std::span<const float> runs) {
    const auto heads = static_cast<std::size_t>(m_rank.config().heads);
    const std::size_t places = static_cast<std::size_t>(m_rank.config().layers) * heads;
    std::vector<float> mine(places);
    for (std::size_t place = 0; place < places; ++place) {
        const std::size_t layer = place / heads;
        mine[place] = logSumExp(m_runs.size(), [&](std::size_t run) {
            return runs[(layer * m_runs.size() + run) * heads + place % heads];
        });
    }
    const std::vector<float> parts = gather(mine);
    std::vector<float> totals(places);
    for (std::size_t place = 0; place < places; ++place)
        totals[place] = logSumExp(static_cast<std::size_t>(m_rank.count()),
                                  [&](std::size_t rank) { return parts[rank * places + place]; });
    return totals;
}

// [ranks, values of `mine`]
std::vector<float> QueryDecoder::gather(std::span<const float> mine) {
    if (m_rank.count() == 1) return {mine.begin(), mine.end()};
    Backend& backend = m_rank.backend();
    const std::int64_t count = std::ssize(mine);
    const Tensor part = backend.floats({count});
    const Tensor all = backend.floats({m_rank.count(), count});
    backend.upload(std::as_bytes(mine), part.view());
    m_rank.communicatorBehindOps().allGather(part.view(), all.view());
    std::vector<float> gathered(static_cast<std::size_t>(m_rank.count() * count));
    backend.download(all.view(), std::as_writable_bytes(std::span(gathered)));
    return gathered;
}

}  // namespace asterism
