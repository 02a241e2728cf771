#include "core/star/rank.h"

#include <algorithm>

#include "core/base/clock.h"

namespace asterism {

namespace {

// Grows `tensor` to at least `rows` rows of `shape`'s other dimensions and returns that many.
TensorView reserveRows(Tensor& tensor, Backend& backend, Shape shape) {
    if (tensor.isEmpty() || tensor.view().elements() < shape.elements())
        tensor = backend.floats(shape);
    return {tensor.view().data, shape, DataType::f32};
}

}  // namespace

Rank::Rank(const ModelConfig& config, const ModelWeights& weights, Backend& backend)
    : m_backend(backend),
      m_decoder(config, weights, backend),
      m_rope(backend.addRope(config.rope)),
      m_slidingRope(config.slidingLayers.empty() ? m_rope : backend.addRope(config.slidingRope)) {}

KvType Rank::activationKvType() const {
    return m_backend.numericClass() == "f32" ? KvType::f32 : KvType::bf16;
}

std::optional<OpSeconds> Rank::takeOpSeconds() {
    auto seconds = m_backend.takeOpSeconds();
    if (seconds) seconds->merge += m_gatherSeconds;
    m_gatherSeconds = 0;
    return seconds;
}

// Output and log-sum-exps side by side, so that they travel between ranks as one.
Partial Rank::workPartial(const TensorView& queries) {
    const std::int64_t values = queries.elements();
    const Shape rows{queries.shape[0], queries.shape[1]};
    const TensorView both = reserveRows(m_partial, m_backend, {values + rows.elements()});
    return {{both.data, queries.shape, DataType::f32},
            {both.floats() + values, rows, DataType::f32}};
}

TensorView Rank::workLogSumExp(const TensorView& queries) {
    return reserveRows(m_logSumExp, m_backend, {queries.shape[0], queries.shape[1]});
}

void Rank::attendRuns(std::int64_t layer, const TensorView& queries, std::span<const KeyRun> runs,
                      const QueryPlace& place, const Partial& partial,
                      const TensorView& runLogSumExp) {
    const bool slides = config().slides(layer);
    m_segments.clear();
    for (const KeyRun& run : runs) {
        AttentionSegment segment;
        segment.keyValues =
            run.block->view(run.block->layout().layers == 1 ? 0 : layer).range(run.begin, run.end);
        segment.keyStart = slides ? static_cast<double>(run.token) : run.start;
        segment.keyStep = slides ? 1.0 : run.step;
        segment.queryStart = slides ? static_cast<double>(place.token) : place.position;
        segment.keyToken = run.token;
        segment.queryToken = place.token;
        segment.onlyRow = run.onlyRow;
        m_segments.push_back(segment);
    }
    AttentionCall call;
    call.queries = queries;
    call.segments = m_segments;
    call.rowPlaces = place.rows;
    call.rope = slides ? m_slidingRope : m_rope;
    call.scale = config().attentionScale;
    call.window = m_window.tokens;
    call.sinkTokens = m_window.sinkTokens;
    if (slides && (call.window == 0 || config().slidingWindow <= call.window)) {
        call.window = config().slidingWindow;
        call.sinkTokens = 0;
    }
    call.partial = partial;
    call.segmentLogSumExp = runLogSumExp;
    m_backend.attend(call);
}

void Rank::attendAllRanks(std::int64_t layer, const TensorView& queries,
                          std::span<const KeyRun> runs, const QueryPlace& place,
                          const TensorView& output, const TensorView& runLogSumExp) {
    const std::int64_t heads = queries.shape[1];
    const auto count = static_cast<std::int64_t>(runs.size());
    const bool isAlone = m_count == 1;
    const Partial all{output, workLogSumExp(queries)};
    const Partial mine = isAlone ? all : workPartial(queries);
    TensorView ofLayer;
    if (runLogSumExp.data && count > 0)
        ofLayer = runLogSumExp.slice(layer, layer + 1).reshaped({count, heads});
    attendRuns(layer, queries, runs, place, mine, ofLayer);
    if (!isAlone) gatherAndMerge(mine, all);
}

Communicator& Rank::communicatorBehindOps() {
    if (!m_communicator->followsOps()) m_backend.synchronize();
    return *m_communicator;
}

// `mine` is a work partial.
void Rank::gatherAndMerge(const Partial& mine, const Partial& merged) {
    const std::int64_t values = mine.output.elements() + mine.logSumExp.elements();
    const TensorView both{mine.output.data, {values}, DataType::f32};
    const TensorView parts = reserveRows(m_allPartials, m_backend, {m_count, values});
    Communicator& communicator = communicatorBehindOps();
    if (communicator.followsOps()) {
        communicator.allGather(both, parts);
    } else {
        const AddedTime timed(m_gatherSeconds);
        communicator.allGather(both, parts);
    }
    m_backend.mergeParts(parts, merged);
}

}  // namespace asterism
