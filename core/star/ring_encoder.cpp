#include <algorithm>
#include <array>

#include "core/star/context_encoder.h"

namespace asterism {

namespace {

// The two chunks of a rank in a zigzag split; either may be empty in a very short context.
using ChunkPair = std::array<std::size_t, 2>;

ChunkPair chunksOf(int rank, int ranks) {
    return {static_cast<std::size_t>(rank), static_cast<std::size_t>(2 * ranks - 1 - rank)};
}

// Attention of a rank's two chunks to all earlier tokens: its own keys first, then those of the
// rank before it, and so on around the ring.
class RingAttention : public LayerAttention {
  public:
    RingAttention(Rank& rank, const EncodingJob& job) : m_rank(rank), m_context(job.context) {
        std::int64_t capacity = 1;
        for (int other = 0; other < ranks(); ++other)
            capacity = std::max(capacity, tokensOf(other));
        KvLayout layout = kvLayout(rank.config(), rank.activationKvType());
        layout.layers = 1;
        m_held = std::make_unique<KeyValueBlock>(rank.backend(), layout, capacity);
        m_arriving = std::make_unique<KeyValueBlock>(rank.backend(), layout, capacity);
    }

    void attend(std::int64_t layer, const TensorView& queries, const TensorView& keys,
                const TensorView& values, const TensorView& output) override {
        keep(layer, keys, values);
        m_held->setTokens(keys.rows());
        m_rank.backend().store(keys, values, m_held->view(0), 0);
        Partial sum = m_sum.reserve(m_rank.backend(), queries);
        for (int hop = 0; hop < ranks(); ++hop) {
            const int source = (m_rank.index() - hop + ranks()) % ranks();
            m_held->setTokens(tokensOf(source));
            attendTo(source, layer, queries, sum, hop == 0);
            if (hop + 1 < ranks()) passOn();
        }
        m_rank.backend().convert(sum.output, output);
    }

  private:
    // Work space for the running sum, beside the rank's own for the partial of one hop.
    struct SumSpace {
        Tensor output, logSumExp;
        Partial reserve(Backend& backend, const TensorView& queries) {
            if (output.isEmpty()) {
                output = backend.floats(queries.shape);
                logSumExp = backend.floats({queries.shape[0], queries.shape[1]});
            }
            return {output.view(), logSumExp.view()};
        }
    };

    int ranks() const { return m_rank.count(); }
    TokenRange chunk(std::size_t index) const { return m_context.blocks[index]; }
    std::int64_t tokensOf(int rank) const {
        const ChunkPair pair = chunksOf(rank, ranks());
        return chunk(pair[0]).tokens() + chunk(pair[1]).tokens();
    }

    // Stores the rank's own chunks as they will be cached.
    void keep(std::int64_t layer, const TensorView& keys, const TensorView& values) {
        std::int64_t row = 0;
        for (const std::size_t index : chunksOf(m_rank.index(), ranks())) {
            const std::int64_t end = row + chunk(index).tokens();
            m_rank.backend().store(keys.slice(row, end), values.slice(row, end),
                                   m_context.keyValues[index]->view(layer), 0);
            row = end;
        }
    }

    void attendTo(int source, std::int64_t layer, const TensorView& queries, const Partial& sum,
                  bool isFirst) {
        std::int64_t row = 0;
        for (const std::size_t index : chunksOf(m_rank.index(), ranks())) {
            const TokenRange own = chunk(index);
            const std::int64_t end = row + own.tokens();
            const std::vector<KeyRun> runs = runsBefore(source, own.end);
            const Partial rows{sum.output.slice(row, end), sum.logSumExp.slice(row, end)};
            const TensorView part = queries.slice(row, end);
            row = end;
            if (own.tokens() == 0 || (runs.empty() && !isFirst)) continue;
            const QueryPlace place{static_cast<double>(own.begin), own.begin};
            if (isFirst) {
                m_rank.attendRuns(layer, part, runs, place, rows);
            } else {
                const Partial hop = m_rank.workPartial(part);
                m_rank.attendRuns(layer, part, runs, place, hop);
                m_rank.backend().merge(hop, rows);
            }
        }
    }

    // The source's chunks that begin before token `end`.
    std::vector<KeyRun> runsBefore(int source, std::int64_t end) const {
        std::vector<KeyRun> runs;
        std::int64_t begin = 0;
        for (const std::size_t index : chunksOf(source, ranks())) {
            const TokenRange range = chunk(index);
            if (range.tokens() > 0 && range.begin < end)
                runs.push_back({m_held.get(), begin, begin + range.tokens(),
                                static_cast<double>(range.begin), 1, range.begin});
            begin += range.tokens();
        }
        return runs;
    }

    void passOn() {
        const int next = (m_rank.index() + 1) % ranks();
        const int previous = (m_rank.index() - 1 + ranks()) % ranks();
        m_rank.communicatorBehindOps().exchange(m_held->layerBytes(0), next,
                                                m_arriving->layerBytes(0), previous);
        std::swap(m_held, m_arriving);
    }

    Rank& m_rank;
    EncodedContext& m_context;
    std::unique_ptr<KeyValueBlock> m_held;
    std::unique_ptr<KeyValueBlock> m_arriving;
    SumSpace m_sum;
};

}  // namespace

void encodeRing(Rank& rank, const EncodingJob& job) {
    EncodedContext& context = job.context;
    const double begin = job.clock.seconds();
    const auto timer = rank.backend().startTimer();
    const ChunkPair mine = chunksOf(rank.index(), rank.count());
    std::vector<TokenId> tokens;
    for (const std::size_t index : mine) {
        const TokenRange range = context.blocks[index];
        tokens.insert(tokens.end(), context.tokens.begin() + range.begin,
                      context.tokens.begin() + range.end);
        context.keyValues[index] = std::make_unique<KeyValueBlock>(
            rank.backend(), kvLayout(rank.config(), context.options.kv), range.tokens(),
            context.places[index]);
        context.keyValues[index]->setTokens(range.tokens());
    }
    RingAttention attention(rank, job);
    rank.decoder().run(tokens, attention, job.stop);
    const double seconds = timer->seconds();
    const auto total = static_cast<double>(std::max<std::size_t>(tokens.size(), 1));
    for (const std::size_t index : mine) {
        const TokenRange range = context.blocks[index];
        // Both chunks run at once: each is given its share of the time.
        context.seconds[index] = seconds * static_cast<double>(range.tokens()) / total;
        if (job.events)
            job.events(BlockEncoded{static_cast<std::int64_t>(index), range, rank.index(), begin,
                                    context.seconds[index], false});
    }
}

}  // namespace asterism
