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
    return m_backend.activationType() == DataType::f32 ? KvType::f32 : KvType::bf16;
}

std::optional<OpSeconds> Rank::takeOpSeconds() {
    auto seconds = m_backend.takeOpSeconds();
    if (seconds) seconds->merge += m_gatherSeconds;
    m_gatherSeconds = 0;
    return seconds;
}

Partial Rank::workPartial(const TensorView& queries) {
    return {workOutput(queries), workLogSumExp(queries)};
}

TensorView Rank::workOutput(const TensorView& queries) {
    return reserveRows(m_output, m_backend, queries.shape);
}

TensorView Rank::workLogSumExp(const TensorView& queries) {
    return reserveRows(m_logSumExp, m_backend, {queries.shape[0], queries.shape[1]});
}

void Rank::attendRuns(std::int64_t layer, const TensorView& queries, std::span<const KeyRun> runs,
                      const QueryPlace& place, const Partial& partial) {
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
        m_segments.push_back(segment);
    }
    AttentionCall call;
    call.queries = queries;
    call.segments = m_segments;
    call.rope = slides ? m_slidingRope : m_rope;
    call.scale = config().attentionScale;
    call.window = m_window.tokens;
    call.sinkTokens = m_window.sinkTokens;
    if (slides && (call.window == 0 || config().slidingWindow <= call.window)) {
        call.window = config().slidingWindow;
        call.sinkTokens = 0;
    }
    call.partial = partial;
    call.segmentLogSumExp = m_runLogSumExp;
    m_backend.attend(call);
}

void Rank::attendAllRanks(std::int64_t layer, const TensorView& queries,
                          std::span<const KeyRun> runs, const QueryPlace& place,
                          const TensorView& output, const StepLogSumExp* step) {
    const std::int64_t heads = queries.shape[1];
    const auto count = static_cast<std::int64_t>(runs.size());
    const bool isAlone = m_communicator->size() == 1;
    const bool isDirect = isAlone || output.type == DataType::f32;
    // The figures of a single row can be written where they are wanted.
    const bool isOneRow = step && isAlone && queries.rows() == 1;
    const Partial partial{isDirect ? output : workOutput(queries),
                          isOneRow ? step->total.slice(layer, layer + 1) : workLogSumExp(queries)};
    if (step && count > 0)
        m_runLogSumExp = step->runs.slice(layer, layer + 1).reshaped({count, heads});
    attendRuns(layer, queries, runs, place, partial);
    m_runLogSumExp = {};
    if (!isAlone) gatherAndMerge(partial);
    if (step && !isOneRow) {
        const TensorView lastRow = partial.logSumExp.slice(queries.rows() - 1, queries.rows());
        m_backend.copy(lastRow, step->total.slice(layer, layer + 1));
    }
    if (!isDirect) m_backend.convert(partial.output, output);
}

void Rank::gatherAndMerge(const Partial& mine) {
    const std::int64_t ranks = m_communicator->size();
    const Shape& shape = mine.output.shape;
    const TensorView outputs =
        reserveRows(m_allOutputs, m_backend, {ranks, shape[0], shape[1], shape[2]});
    const TensorView sums = reserveRows(m_allLogSumExps, m_backend, {ranks, shape[0], shape[1]});
    {
        const AddedTime timed(m_gatherSeconds);
        m_backend.synchronize();
        m_communicator->allGather(mine.output, outputs);
        m_communicator->allGather(mine.logSumExp, sums);
    }
    m_backend.copy(outputs.slice(0, 1).reshaped(shape), mine.output);
    m_backend.copy(sums.slice(0, 1).reshaped(mine.logSumExp.shape), mine.logSumExp);
    for (std::int64_t rank = 1; rank < ranks; ++rank)
        m_backend.merge({outputs.slice(rank, rank + 1).reshaped(shape),
                         sums.slice(rank, rank + 1).reshaped(mine.logSumExp.shape)},
                        mine);
}

}  // namespace asterism
