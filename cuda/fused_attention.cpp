#include "cuda/fused_attention.h"

#include <cudnn.h>
#include <cudnn_frontend.h>

#include <chrono>
#include <compare>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/error.h"

namespace asterism::cuda {
namespace {

namespace fe = cudnn_frontend;

enum Argument : std::int64_t { kQueries = 1, kKeys, kValues, kOutput, kLogSumExp };

constexpr std::size_t kMostGraphs = 256;  // blocks of many lengths would pile up
constexpr std::size_t kMostPlans = 256;
constexpr std::chrono::seconds kMostWait{3};

// What a graph is made for.
struct Sizes {
    std::int64_t tokens, keyRows;
    std::int32_t heads, kvHeads, headDim;
    float scale;
    bool isCausal;
    auto operator<=>(const Sizes&) const = default;
};

Sizes sizesOf(const FusedAttentionArgs& args) {
    return {args.shape.tokens,  args.keyRows,     args.shape.heads, args.shape.kvHeads,
            args.shape.headDim, args.shape.scale, args.isCausal};
}

std::shared_ptr<fe::graph::Tensor_attributes> addTensor(fe::graph::Graph& graph, Argument argument,
                                                        const std::vector<std::int64_t>& dim,
                                                        const std::vector<std::int64_t>& stride) {
    return graph.tensor(
        fe::graph::Tensor_attributes().set_uid(argument).set_dim(dim).set_stride(stride));
}

// Describes the call to the library; sizes are [batch, heads, rows, values].
void describe(fe::graph::Graph& graph, const Sizes& sizes) {
    const auto [tokens, keyRows, heads, kvHeads, headDim, scale, isCausal] = sizes;
    const std::vector<std::int64_t> rows{1, heads, tokens, headDim};
    const std::vector<std::int64_t> rowStride{tokens * heads * headDim, headDim, heads * headDim,
                                              1};
    const std::vector<std::int64_t> keyDim{1, kvHeads, keyRows, headDim};
    const std::vector<std::int64_t> keyStride{kvHeads * keyRows * headDim, keyRows * headDim,
                                              headDim, 1};
    graph.set_io_data_type(fe::DataType_t::BFLOAT16)
        .set_intermediate_data_type(fe::DataType_t::FLOAT)
        .set_compute_data_type(fe::DataType_t::FLOAT);
    auto attributes = fe::graph::SDPA_attributes().set_generate_stats(true).set_attn_scale(scale);
    if (isCausal)
        attributes.set_diagonal_alignment(fe::DiagonalAlignment_t::BOTTOM_RIGHT)
            .set_diagonal_band_right_bound(0);
    const auto [output, logSumExp] = graph.sdpa(
        addTensor(graph, kQueries, rows, rowStride), addTensor(graph, kKeys, keyDim, keyStride),
        addTensor(graph, kValues, keyDim, keyStride), attributes);
    output->set_output(true).set_uid(kOutput).set_dim(rows).set_stride(rowStride);
    logSumExp->set_output(true)
        .set_uid(kLogSumExp)
        .set_data_type(fe::DataType_t::FLOAT)
        .set_dim({1, heads, tokens, 1})
        .set_stride({heads * tokens, tokens, 1, 1});
}

// A graph as the library wrote it down. Whoever makes it keeps others waiting that want the same,
// but not for ever: were it to wait for its GPU, and that for another one, nobody would go on.
struct Plan {
    std::timed_mutex mutex;
    std::vector<std::uint8_t> bytes;  // none: not made yet, or it cannot be written down
};

// The plans of this process. The library makes one in about 40 ms, or most of a second if it has no
// kernel for the likes of it yet, and one at a time however many threads ask; reading one takes 3.
class PlanShelf {
  public:
    // The plan for GPUs of this name.
    std::shared_ptr<Plan> planOf(const std::string& gpu, const Sizes& sizes) {
        const std::lock_guard lock(m_mutex);
        if (m_plans.size() >= kMostPlans) m_plans.clear();
        std::shared_ptr<Plan>& plan = m_plans[{gpu, sizes}];
        if (!plan) plan = std::make_shared<Plan>();
        return plan;
    }

  private:
    std::mutex m_mutex;
    std::map<std::pair<std::string, Sizes>, std::shared_ptr<Plan>> m_plans;
};

PlanShelf& planShelf() {
    static PlanShelf shelf;
    return shelf;
}

}  // namespace

struct FusedAttention::Library {
    // Ready to run; null for sizes that the library does not take.
    using Ready = std::unique_ptr<fe::graph::Graph>;

    explicit Library(std::shared_ptr<Stream> queue) : stream(std::move(queue)), workspace(stream) {}
    ~Library() {
        if (handle) (void)cudnnDestroy(handle);
    }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    // Opening the library takes a while, so it waits until it is needed.
    bool open() {
        if (!isAsked) {
            isAsked = true;
            if (cudnnCreate(&handle) != CUDNN_STATUS_SUCCESS) handle = nullptr;
            if (handle && cudnnSetStream(handle, stream->handle()) != CUDNN_STATUS_SUCCESS) {
                (void)cudnnDestroy(handle);
                handle = nullptr;
            }
        }
        return handle != nullptr;
    }

    Ready build(const Sizes& sizes) {
        auto graph = std::make_unique<fe::graph::Graph>();
        describe(*graph, sizes);
        return graph->build(handle, {fe::HeurMode_t::A}).is_good() ? std::move(graph) : nullptr;
    }

    Ready read(const std::vector<std::uint8_t>& bytes) {
        auto graph = std::make_unique<fe::graph::Graph>();
        // A warm-up would wait for all that the GPU has to do.
        constexpr bool kWarmsUp = false;
        return graph->deserialize(handle, bytes, false, kWarmsUp).is_good() ? std::move(graph)
                                                                            : nullptr;
    }

    // Several GPUs encode blocks of the same sizes at the same time: one makes what all of them
    // run.
    Ready make(const Sizes& sizes) {
        const std::shared_ptr<Plan> plan = planShelf().planOf(stream->device().name, sizes);
        std::unique_lock lock(plan->mutex, kMostWait);
        if (!lock) return build(sizes);
        if (plan->bytes.empty()) {
            Ready graph = build(sizes);
            if (graph && graph->serialize(plan->bytes).is_bad()) plan->bytes.clear();
            return graph;
        }
        lock.unlock();  // what is written stays as it is
        Ready graph = read(plan->bytes);
        return graph ? std::move(graph) : build(sizes);
    }

    const Ready& graphOf(const Sizes& sizes) {
        const auto known = graphs.find(sizes);
        if (known != graphs.end()) return known->second;
        if (graphs.size() >= kMostGraphs) graphs.clear();
        return graphs.emplace(sizes, make(sizes)).first->second;
    }

    std::shared_ptr<Stream> stream;
    Scratch workspace;
    bool isAsked = false;
    cudnnHandle_t handle = nullptr;
    std::map<Sizes, Ready> graphs;
};

FusedAttention::FusedAttention(std::shared_ptr<Stream> stream)
    : m_library(std::make_unique<Library>(std::move(stream))) {}

FusedAttention::~FusedAttention() = default;

bool FusedAttention::takes(const FusedAttentionArgs& args) {
    return m_library->open() && m_library->graphOf(sizesOf(args)) != nullptr;
}

void FusedAttention::attend(const FusedAttentionArgs& args) {
    const Library::Ready& graph = m_library->graphOf(sizesOf(args));
    ASTERISM_CHECK(graph != nullptr);
    // The library's interface takes all arguments as writable.
    std::unordered_map<std::int64_t, void*> arguments{{kQueries, const_cast<void*>(args.queries)},
                                                      {kKeys, const_cast<void*>(args.keys)},
                                                      {kValues, const_cast<void*>(args.values)},
                                                      {kOutput, args.output},
                                                      {kLogSumExp, args.logSumExp}};
    void* workspace = m_library->workspace.bytes(graph->get_workspace_size());
    fe::error_t status = graph->execute(m_library->handle, arguments, workspace);
    if (status.is_bad())
        throw Error("the GPU's attention library failed: ", status.get_message(),
                    "; start again, or use --device cpu");
}

}  // namespace asterism::cuda
