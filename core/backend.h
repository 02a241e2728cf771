#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/key_values.h"
#include "core/rope.h"
#include "core/softmax_partial.h"
#include "core/tensor.h"
#include "core/top_values.h"
#include "core/weight.h"

namespace asterism {

// Gate of a gated feed-forward layer: x * sigmoid(x), or GELU in its tanh form.
enum class Activation : std::uint8_t { silu, geluTanh };

// One run of keys and where it stands relative to the queries. Two axes are kept apart: positions
// (rotation) may be moved and stretched by placement, token indices (masks) are the true order.
struct AttentionSegment {
    KeyValueView keyValues;
    // Rotation: key j stands at keyStart + j * keyStep, query row t at queryStart + t; only the
    // difference of the two matters.
    double keyStart = 0;
    double keyStep = 1;
    double queryStart = 0;
    // Masks: key j is token keyToken + j, query row t is token queryToken + t.
    std::int64_t keyToken = 0;
    std::int64_t queryToken = 0;
    // With rowPlaces: the one query row that sees the keys, as far as masks let it; -1: all do.
    std::int64_t onlyRow = -1;
};

// Attention of a run of queries over any number of segments.
// Key k is visible to query q if k <= q and (window == 0 or q - k < window or k < sinkTokens).
struct AttentionCall {
    TensorView queries;  // [tokens, heads, headDim], un-rotated, activation type
    std::span<const AttentionSegment> segments;
    // Where rows do not follow each other: row t stands rowPlaces[t] >= 0 behind queryStart and
    // queryToken, in any order. For few rows, as in decoding. Empty: row t stands t behind them.
    std::span<const std::int32_t> rowPlaces = {};
    int rope = 0;                 // from Backend::addRope
    float scale = 1.0F;           // factor on query . key
    std::int64_t window = 0;      // 0: every earlier token
    std::int64_t sinkTokens = 0;  // first tokens that stay visible outside the window
    // Result over all segments. The output may also be of activation type: rounded once, for what
    // is not merged any further.
    Partial partial;
    // If it has data: log-sum-exp of every segment for the last query row, [segments, heads], f32.
    // Not with rowPlaces.
    TensorView segmentLogSumExp;
};

// One of several products of one input; see Backend::linear.
struct LinearPart {
    const Weight& weight;
    const Weight* bias;  // may be null
    TensorView output;
};

// Rows that are normed on their way into products: rmsNorm(values, gain, epsilon), for which `work`
// has room, as large as the values.
struct NormedInput {
    TensorView values;
    const Weight& gain;
    float epsilon;
    TensorView work;
};

// The ops of one token, recorded by Backend::record. Refers to what they used; the backend and all
// that memory outlive it, and nothing else attends in between.
class RecordedStep {
  public:
    virtual ~RecordedStep() = default;
    // Runs the ops again, for the token behind the one they ran for last.
    virtual void run(TokenId token) = 0;
};

// Seconds spent in kinds of ops.
struct OpSeconds {
    double linear = 0;
    double attention = 0;
    double merge = 0;
    double sampling = 0;
    bool isProfiled = false;  // of ops that were slowed down to be measured
};

// Measures a run of ops; see Backend::startTimer.
class OpTimer {
  public:
    virtual ~OpTimer() = default;
    // Seconds that the ops called since it was made took; waits for them.
    virtual double seconds() = 0;
};

// Reads the memory of a backend on another thread, while its ops run; see Backend::readAside. One
// thread at a time.
class AsideReader {
  public:
    virtual ~AsideReader() = default;
    // Returns when the bytes are there. Throws Error if the device failed.
    virtual void download(const TensorView& from, std::span<std::byte> host) = 0;
};

// Memory of a device, bytes.
struct MemoryUse {
    int device = 0;  // the same for backends that share it
    std::int64_t free = 0;
    std::int64_t total = 0;  // 0: not known
};

// Host memory as a place for what a device has no room for.
struct HostMemory {
    std::int64_t free = 0;          // bytes; 0: none
    double readBytesPerSecond = 0;  // at which ops read what stands there
};

// A device that holds tensors and computes on them: the CPU (cpu/) or a GPU (cuda/). Knows no
// tokens, models or files.
//
// One thread at a time uses a backend. Ops run in the order they are called and may still be
// running when the call returns; download() and synchronize() wait. Views passed to an op belong
// to this backend and stay valid until then. Outputs never overlap inputs unless stated.
// Ops throw Error when memory runs out or the device fails.
class Backend {
  public:
    virtual ~Backend() = default;

    // For people: "cpu, AVX-512, 2 threads".
    virtual std::string description() const = 0;
    // The type activations have on this backend: f32, or bf16.
    virtual DataType activationType() const = 0;
    // What the keys and values of encoded tokens were computed with, as part of the key of cached
    // blocks: "f32", "bf16", "q8a" for 8-bit activations, or "q8a-bf16" where attention is in bf16.
    virtual std::string_view numericClass() const {
        return activationType() == DataType::f32 ? "f32" : "bf16";
    }

    // Time spent in ops since the last call. None where ops run on after their call has returned,
    // unless measureOps() was called.
    virtual std::optional<OpSeconds> takeOpSeconds() { return std::nullopt; }
    // Where ops run on after their call has returned: lets the device measure those of one step,
    // called from now on until takeOpSeconds(). They are slower for it, recorded ones too.
    virtual void measureOps() {}
    // Measures the ops called from now on as one, by the device's clock if it has one. The backend
    // outlives the timer.
    virtual std::unique_ptr<OpTimer> startTimer();

    // Rows of activations that are best run at once through a layer that widens them: more keep
    // the device busier, fewer take less work space.
    virtual std::int64_t rowsAtOnce() const = 0;

    // What can still be allocated.
    virtual MemoryUse memory() const { return {}; }

    // Memory. Throws Error that names the size if there is not enough.
    virtual std::unique_ptr<Buffer> allocate(std::int64_t bytes) = 0;
    // What stands there is not read again: the memory behind it goes back before its buffer does,
    // where that can be done in parts.
    virtual void giveBack(const TensorView& part) { static_cast<void>(part); }
    // Host memory that ops use as they do the device's, only slower: what allocateOnHost() can
    // give. None where the device's memory is the host's.
    virtual HostMemory hostMemory() { return {}; }
    // Throws as allocate().
    virtual std::unique_ptr<Buffer> allocateOnHost(std::int64_t bytes) { return allocate(bytes); }
    virtual void upload(std::span<const std::byte> host, const TensorView& to) = 0;
    virtual void download(const TensorView& from, std::span<std::byte> host) = 0;
    // Reads what the ops called so far leave and no later one changes. The backend and that memory
    // outlive the reader. Null where nothing runs on after its call has returned.
    virtual std::unique_ptr<AsideReader> readAside() { return nullptr; }
    virtual void copy(const TensorView& from, const TensorView& to) = 0;
    // Host memory that only is read from, as a buffer that keeps `owner` alive: no copy. Null where
    // ops cannot read host memory, which is then uploaded.
    virtual std::unique_ptr<Buffer> borrow(std::span<const std::byte> host,
                                           std::shared_ptr<const void> owner) = 0;
    virtual void synchronize() = 0;
    Tensor tensor(Shape shape, DataType type) {
        return {allocate(rowBytes(type, shape.elements())), shape, type};
    }
    Tensor activations(Shape shape) { return tensor(shape, activationType()); }
    Tensor floats(Shape shape) { return tensor(shape, DataType::f32); }

    // Makes a weight of host memory ready; quantised weights stay quantised. May refer to the
    // host's bytes instead of copying them.
    virtual std::shared_ptr<const Weight> load(const HostWeight& weight) = 0;
    // Registers a rotation and returns the number that AttentionCall::rope takes.
    virtual int addRope(const RopeConfig& rope) = 0;

    // output[t] = scale * table[tokens[t]]; output [tokens, columns], activation type.
    virtual void embed(const Weight& table, std::span<const TokenId> tokens, float scale,
                       const TensorView& output) = 0;
    // output = input / rms(input) * gain, per row of [rows, columns]; may work in place.
    virtual void rmsNorm(const TensorView& input, const Weight& gain, float epsilon,
                         const TensorView& output) = 0;
    // output[t, o] = sum_i input[t, i] * weight[o, i] (+ bias[o]); [tokens, in] -> [tokens, out].
    // A bias is a weight of `out` rows and one column. The output may be f32 where activations are
    // not.
    virtual void linear(const TensorView& input, const Weight& weight, const Weight* bias,
                        const TensorView& output) = 0;
    // linear() with several weights.
    virtual void linears(const TensorView& input, std::initializer_list<LinearPart> parts);
    // linears() of rows normed on their way.
    virtual void normedLinears(const NormedInput& input, std::initializer_list<LinearPart> parts);
    // The output of `gate` becomes gate() of both products; that of `up` is work space. Neither has
    // a bias.
    virtual void normedGate(const NormedInput& input, const LinearPart& gate, const LinearPart& up,
                            Activation activation);
    // sum += what linear() gives, with `work` as large as it for what comes in between.
    virtual void addLinear(const TensorView& input, const Weight& weight, const TensorView& sum,
                           const TensorView& work);
    // output = activation(gate) * up, elementwise; may work in place of either.
    virtual void gate(const TensorView& gate, const TensorView& up, Activation activation,
                      const TensorView& output) = 0;
    // sum += term, elementwise.
    virtual void add(const TensorView& term, const TensorView& sum) = 0;
    // The same values in the other view's type.
    virtual void convert(const TensorView& from, const TensorView& to) = 0;

    // Stores un-rotated keys and values [tokens, kvHeads, headDim] (activation type) as tokens
    // [first, first + tokens) of `to`. A q8 view takes all its tokens at once (first = 0), because
    // its key scales span the whole run.
    virtual void store(const TensorView& keys, const TensorView& values, const KeyValueView& to,
                       std::int64_t first) = 0;
    // Stores all tokens of an unquantised run as store() would: the bits are those of storing the
    // rounded values. Only where canQuantize() says so.
    virtual void quantize(const KeyValueView& from, const KeyValueView& to);
    virtual bool canQuantize() const { return false; }
    // Rotates, masks and attends; see AttentionCall. Softmax in fp32. Heads are grouped: query
    // head h reads key head h / (heads / kvHeads).
    virtual void attend(const AttentionCall& call) = 0;
    // Merges `part` into `sum` by log-sum-exp.
    virtual void merge(const Partial& part, const Partial& sum) = 0;
    // Merges any number of partials at once, in their order, so that equal parts give equal bits:
    // parts [count, values], f32, each its outputs and behind them its log-sum-exps. The merged
    // output may be of activation type.
    virtual void mergeParts(const TensorView& parts, const Partial& merged) = 0;

    // Index of the largest of f32 values, the first of equals; -1 if one is not finite. Waits.
    virtual std::int64_t largest(const TensorView& values);
    // The largest of a row of f32 values, `count` of them at most, and the weight of all at a
    // temperature over 0; none if one is not finite. Waits.
    virtual std::optional<TopValues> top(const TensorView& values, std::int64_t count,
                                         double temperature);
    // penalized() of the f32 values at some places, each named once.
    virtual void penalize(const TensorView& values, std::span<const std::int32_t> places,
                          double penalty);
    // Runs `step`, which embeds one token and calls ops that do not wait, and records them, to be
    // run for up to `moreTokens` tokens that follow: then queries stand one further, store() stores
    // one further, and segments that end with the stored token grow by it. May call `step` again,
    // now or in a later run, always to have the same ops. Null if this backend records nothing;
    // `step` has run all the same.
    virtual std::unique_ptr<RecordedStep> record(const std::function<void()>& step,
                                                 std::int64_t moreTokens);
};

}  // namespace asterism
