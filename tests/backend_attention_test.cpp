// The op suite, attention part: store(), attend(), merge() and mergeParts() of every backend
// against the plain definition in double precision.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "core/base/float_types.h"
#include "tests/support/attention_cases.h"
#include "tests/support/backend_under_test.h"
#include "tests/support/reference_ops.h"

namespace asterism::test {
namespace {

constexpr double kEmpty = -std::numeric_limits<double>::infinity();

// Keys and values of one segment in the backend's memory.
struct StoredRun {
    Tensor keys;
    Tensor values;
    Tensor keyScale;
    Tensor keyOffset;
    Tensor valueScale;
    KeyValueView view;
};

struct Result {
    std::vector<float> output;
    std::vector<float> logSumExp;
    std::vector<float> segmentLogSumExp;
};

class AttentionTest : public BackendTest {
  protected:
    StoredRun makeRun(KvType type, const ReferenceAttention& call, std::int64_t tokens);
    std::unique_ptr<StoredRun> store(KvType type, const ReferenceAttention& call,
                                     const ReferenceSegment& segment);
    // Attends to segments [begin, end) of the call; the call's values become what was stored.
    Result attend(ReferenceAttention& call, KvType type, std::size_t begin, std::size_t end);
    Result attend(ReferenceAttention& call, KvType type = KvType::f32) {
        return attend(call, type, 0, call.segments.size());
    }
    void check(ReferenceAttention call, KvType type = KvType::f32);
    Partial upload(const Result& result, const ReferenceAttention& call);
    // What mergeParts() makes of results; the output is of type m_outputType.
    Result mergeParts(std::span<const Result> results, const ReferenceAttention& call);

    std::vector<Tensor> m_kept;
    DataType m_outputType = DataType::f32;
};

StoredRun AttentionTest::makeRun(KvType type, const ReferenceAttention& call, std::int64_t tokens) {
    // Room behind the tokens shows that heads are found by capacity.
    const std::int64_t capacity = tokens + 3;
    const Shape shape = {call.kvHeads, capacity, call.headDim};
    const DataType stored = type == KvType::f32    ? DataType::f32
                            : type == KvType::bf16 ? DataType::bf16
                                                   : DataType::i8;
    StoredRun run;
    run.keys = backend().tensor(shape, stored);
    run.values = backend().tensor(shape, stored);
    run.view = {type,     call.kvHeads,         call.headDim,          tokens,
                capacity, run.keys.view().data, run.values.view().data};
    if (type == KvType::q8) {
        run.keyScale = backend().floats({call.kvHeads, call.headDim});
        run.keyOffset = backend().floats({call.kvHeads, call.headDim});
        run.valueScale = backend().floats({call.kvHeads, capacity});
        run.view.keyScale = run.keyScale.view().floats();
        run.view.keyOffset = run.keyOffset.view().floats();
        run.view.valueScale = run.valueScale.view().floats();
    }
    return run;
}

std::unique_ptr<StoredRun> AttentionTest::store(KvType type, const ReferenceAttention& call,
                                                const ReferenceSegment& segment) {
    auto run = std::make_unique<StoredRun>(makeRun(type, call, segment.tokens));
    const Shape shape = {segment.tokens, call.kvHeads, call.headDim};
    const Tensor keys = activations(shape, segment.keys);
    const Tensor values = activations(shape, segment.values);
    // In two parts where the type allows it.
    const std::int64_t cut = type == KvType::q8 ? segment.tokens : segment.tokens / 3;
    backend().store(keys.view().slice(0, cut), values.view().slice(0, cut), run->view, 0);
    if (cut < segment.tokens)
        backend().store(keys.view().slice(cut, segment.tokens),
                        values.view().slice(cut, segment.tokens), run->view, cut);
    backend().synchronize();
    return run;
}

Result AttentionTest::attend(ReferenceAttention& call, KvType type, std::size_t begin,
                             std::size_t end) {
    call.queries = seen(call.queries);
    const Tensor queries = activations({call.tokens, call.heads, call.headDim}, call.queries);
    std::vector<std::unique_ptr<StoredRun>> runs;
    std::vector<AttentionSegment> segments;
    for (std::size_t s = begin; s < end; ++s) {
        ReferenceSegment& segment = call.segments[s];
        runs.push_back(store(type, call, segment));
        segments.push_back({runs.back()->view, segment.keyStart, segment.keyStep,
                            segment.queryStart, segment.keyToken, segment.queryToken,
                            segment.onlyRow});
        segment.keys = seen(segment.keys);
        segment.values = seen(segment.values);
        if (type == KvType::q8) referenceQuantize(segment, call.kvHeads, call.headDim);
        if (type != KvType::bf16) continue;
        for (float& value : segment.keys) value = fromBf16(toBf16(value));
        for (float& value : segment.values) value = fromBf16(toBf16(value));
    }
    const Tensor output = backend().tensor({call.tokens, call.heads, call.headDim}, m_outputType);
    const Tensor logSumExp = backend().floats({call.tokens, call.heads});
    const auto count = static_cast<std::int64_t>(segments.size());
    const Tensor bySegment = backend().floats({std::max<std::int64_t>(count, 1), call.heads});
    AttentionCall op;
    op.queries = queries.view();
    op.segments = segments;
    op.rope = backend().addRope(call.rope);
    op.scale = static_cast<float>(call.scale);
    op.window = call.window;
    op.sinkTokens = call.sinkTokens;
    op.rowPlaces = call.rowPlaces;
    op.partial = {output.view(), logSumExp.view()};
    if (call.rowPlaces.empty()) op.segmentLogSumExp = bySegment.view().slice(0, count);
    backend().attend(op);
    Result result{read(output.view()), read(logSumExp.view()), {}};
    if (call.rowPlaces.empty()) result.segmentLogSumExp = read(op.segmentLogSumExp);
    return result;
}

void AttentionTest::check(ReferenceAttention call, KvType type) {
    SCOPED_TRACE(testing::Message()
                 << call.tokens << " queries, heads " << call.heads << "/" << call.kvHeads << " of "
                 << call.headDim << ", KV type " << static_cast<int>(type));
    const Result actual = attend(call, type);
    const ReferencePartial expected = referenceAttend(call);
    // A value halfway between two bytes may be rounded either way: one step of its row. What is
    // made for long runs rounds weights and results to bf16 too, what is made for bytes rounds
    // them once more when they are rotated.
    const bool rounds = tolerance() > 1e-5;
    double allowed = tolerance();
    if (call.tokens >= 256 && rounds) allowed = std::max(allowed, 2e-2);
    if (type == KvType::q8) allowed = std::max(allowed, rounds ? 3e-2 : 2e-2);
    expectNear(actual.output, expected.output, allowed);
    expectNear(actual.logSumExp, expected.logSumExp, allowed);
    if (call.rowPlaces.empty())
        expectNear(actual.segmentLogSumExp, expected.segmentLogSumExp, allowed);
}

Partial AttentionTest::upload(const Result& result, const ReferenceAttention& call) {
    m_kept.push_back(floats({call.tokens, call.heads, call.headDim}, result.output));
    m_kept.push_back(floats({call.tokens, call.heads}, result.logSumExp));
    return {m_kept[m_kept.size() - 2].view(), m_kept.back().view()};
}

Result AttentionTest::mergeParts(std::span<const Result> results, const ReferenceAttention& call) {
    std::vector<float> values;
    for (const Result& result : results) {
        values.insert(values.end(), result.output.begin(), result.output.end());
        values.insert(values.end(), result.logSumExp.begin(), result.logSumExp.end());
    }
    const auto count = std::ssize(results);
    const Tensor parts = floats({count, std::ssize(values) / count}, values);
    const Tensor output = backend().tensor({call.tokens, call.heads, call.headDim}, m_outputType);
    const Tensor logSumExp = backend().floats({call.tokens, call.heads});
    backend().mergeParts(parts.view(), {output.view(), logSumExp.view()});
    return {read(output.view()), read(logSumExp.view()), {}};
}

TEST_P(AttentionTest, oneQueryOverSegmentsOfEveryKvType) {
    for (const KvType type : {KvType::f32, KvType::bf16, KvType::q8}) {
        ReferenceAttention call = makeCall(1, 6, 2, 64);
        for (const std::int64_t tokens : {130, 1, 257}) addSegment(call, tokens);
        check(call, type);
    }
}

TEST_P(AttentionTest, causalBlockBehindAnAnchorOfEveryKvType) {
    for (const KvType type : {KvType::f32, KvType::bf16, KvType::q8}) {
        ReferenceAttention call = makeCall(70, 6, 2, 64);
        addSegment(call, 50);
        addSegment(call, 70);
        makeCausal(call);
        check(call, type);
    }
}

// Long enough for what is only worth while for many rows.
TEST_P(AttentionTest, longRunsAloneBehindAnAnchorAndOverEarlierKeys) {
    for (const std::int64_t headDim : {64, 128, 256}) {
        ReferenceAttention alone = makeCall(256, 2, 1, headDim);
        addSegment(alone, 256);
        makeCausal(alone);
        check(alone, KvType::bf16);
        ReferenceAttention behindAnchor = makeCall(301, 2, 1, headDim);
        addSegment(behindAnchor, 90);
        addSegment(behindAnchor, 301);
        makeCausal(behindAnchor);
        check(behindAnchor, KvType::bf16);
        ReferenceAttention overEarlier = makeCall(256, 2, 1, headDim);
        addSegment(overEarlier, 50);
        addSegment(overEarlier, 77);
        check(overEarlier, KvType::q8);
    }
}

TEST_P(AttentionTest, outputsOfActivationTypeAreTheSameRoundedOnce) {
    m_outputType = backend().activationType();
    for (const std::int64_t tokens : {1, 40, 256, 301}) {
        ReferenceAttention call = makeCall(tokens, 4, 2, 64);
        addSegment(call, 90);
        addSegment(call, tokens);
        makeCausal(call);
        check(call, KvType::bf16);
    }
}

TEST_P(AttentionTest, everyHeadSize) {
    for (const std::int64_t headDim : {8, 24, 64, 72, 80, 96, 128, 256}) {
        for (const std::int64_t tokens : {1, 20}) {
            for (const KvType type : {KvType::f32, KvType::bf16, KvType::q8}) {
                ReferenceAttention call = makeCall(tokens, 4, 2, headDim);
                addSegment(call, 33);
                check(call, type);
            }
        }
    }
}

TEST_P(AttentionTest, groupsFromOneHeadToMany) {
    for (const std::int64_t heads : {1, 2, 5, 7, 8, 16, 40}) {
        for (const std::int64_t tokens : {1, 2, 5}) {
            ReferenceAttention call = makeCall(tokens, heads, 1, 16);
            addSegment(call, 45);
            check(call);
        }
    }
}

TEST_P(AttentionTest, everyNumberOfRowsOverBytesThatAreHiddenInPart) {
    for (const std::int64_t heads : {1, 2, 3, 4, 5, 6, 7, 8}) {
        for (const std::int64_t tokens : {1, 2}) {
            for (const std::int64_t window : {0, 70}) {
                ReferenceAttention call = makeCall(tokens, heads, 1, 64);
                addSegment(call, 150);
                addSegment(call, 37);
                makeCausal(call);
                call.window = window;
                call.sinkTokens = 4;
                check(call, KvType::q8);
            }
        }
    }
}

TEST_P(AttentionTest, rotatesOnlyTheRotaryDimensionsAndAppliesTheMagnitude) {
    for (const std::int64_t tokens : {1, 9}) {
        ReferenceAttention call = makeCall(tokens, 4, 2, 32);
        call.rope = ropeOf(20, 1.2F);
        addSegment(call, 40);
        check(call);
        call.rope = ropeOf(0);
        check(call);
    }
}

TEST_P(AttentionTest, fractionalStepsAndFarStartsRotateExactly) {
    for (const std::int64_t tokens : {1, 9}) {
        ReferenceAttention call = makeCall(tokens, 4, 2, 32);
        addSegment(call, 1500);
        addSegment(call, 60);
        call.segments[0].keyStep = 0.37;
        call.segments[0].queryStart = 900.5;
        call.segments[1].keyStart = 1000000;
        call.segments[1].queryStart = 1000100;
        check(call);
    }
}

TEST_P(AttentionTest, windowAndSinksHideKeysByTokenWhateverThePositions) {
    for (const std::int64_t window : {1, 30, 200}) {
        for (const std::int64_t sinks : {0, 4}) {
            for (const std::int64_t tokens : {1, 60}) {
                ReferenceAttention call = makeCall(tokens, 4, 2, 16);
                addSegment(call, 150);
                addSegment(call, 100);
                makeCausal(call);
                call.window = window;
                call.sinkTokens = sinks;
                for (ReferenceSegment& segment : call.segments) segment.queryStart = 40;
                check(call);
            }
        }
    }
}

// Of long segments most is out of sight and need not be looked at.
TEST_P(AttentionTest, aWindowShortBesideItsSegmentsSeesItsEndAndTheSinks) {
    for (const std::int64_t sinks : {0, 300}) {
        for (const std::int64_t window : {1, 257, 600}) {
            for (const std::int64_t tokens : {1, 2, 40}) {
                ReferenceAttention call = makeCall(tokens, 2, 1, 64);
                addSegment(call, 1200);
                addSegment(call, 513);
                addSegment(call, tokens);
                makeCausal(call);
                call.window = window;
                call.sinkTokens = sinks;
                check(call, KvType::q8);
            }
            ReferenceAttention apart = makeCall(3, 2, 1, 64);
            addSegment(apart, 1200);
            addSegment(apart, 513);
            apart.rowPlaces = {400, 1, 0};
            apart.window = window;
            apart.sinkTokens = sinks;
            check(apart, KvType::q8);
        }
    }
}

// As in a model with sliding and other layers, which ask in turn.
TEST_P(AttentionTest, callsInTurnWithAndWithoutAWindowAndOfTwoRopesAreEachRight) {
    ReferenceAttention call = makeCall(1, 4, 2, 32);
    addSegment(call, 700);
    ReferenceAttention sliding = call;
    sliding.window = 100;
    sliding.rope.frequencies.back() = 0.25;
    ReferenceAttention later = call;
    later.segments[0].queryStart += 3;
    for (int round = 0; round < 2; ++round)
        for (const ReferenceAttention& each : {sliding, call, sliding, later}) check(each);
}

TEST_P(AttentionTest, windowAndSinksHideKeysFromManyRowsOfLargeHeads) {
    for (const std::int64_t headDim : {64, 128, 256}) {
        for (const std::int64_t window : {0, 70}) {
            ReferenceAttention call = makeCall(150, 4, 2, headDim);
            addSegment(call, 200);
            addSegment(call, 150);
            makeCausal(call);
            call.window = window;
            call.sinkTokens = 4;
            for (const KvType type : {KvType::f32, KvType::bf16, KvType::q8}) check(call, type);
        }
    }
}

TEST_P(AttentionTest, longRunsOfKeysRotateExactlyInLargeHeads) {
    for (const std::int64_t headDim : {64, 128}) {
        for (const std::int64_t tokens : {1, 5, 90}) {
            ReferenceAttention call = makeCall(tokens, 8, 2, headDim);
            addSegment(call, 2500);
            addSegment(call, 100);
            call.segments[0].keyStep = 0.37;
            call.segments[0].queryStart = 1900.5;
            call.segments[1].keyStart = 1000000;
            call.segments[1].queryStart = 1000100;
            for (const KvType type : {KvType::bf16, KvType::q8}) check(call, type);
        }
    }
}

// As when several conversations are decoded: all see the context, each its own turn.
TEST_P(AttentionTest, rowsThatStandAnywhereShareSomeKeysAndHaveOthersAlone) {
    using Heads = std::pair<std::int64_t, std::int64_t>;  // how many, of which size
    for (const auto& [heads, headDim] : {Heads{6, 16}, {14, 64}, {4, 128}, {2, 256}}) {
        ReferenceAttention call = makeCall(4, heads, 2, headDim);
        addSegment(call, 130);
        addSegment(call, 45);
        call.rowPlaces = {7, 0, 90, 7};
        for (std::size_t row = 0; row < call.rowPlaces.size(); ++row) {
            const std::int64_t start = call.segments[0].queryToken;
            addSegment(call, call.rowPlaces[row] + 1);
            call.segments.back().keyStart = static_cast<double>(start);
            call.segments.back().keyToken = start;
            call.segments.back().onlyRow = static_cast<std::int64_t>(row);
            for (ReferenceSegment& segment : call.segments) {
                segment.queryStart = static_cast<double>(start);
                segment.queryToken = start;
            }
        }
        for (const std::int64_t window : {0, 60}) {
            call.window = window;
            call.sinkTokens = 4;
            for (const KvType type : {KvType::f32, KvType::bf16, KvType::q8}) check(call, type);
        }
    }
}

// Keys that are later than some rows, and rows that see none of them.
TEST_P(AttentionTest, rowsThatStandAnywhereDoNotSeeWhatIsBehindThem) {
    for (const std::int64_t headDim : {16, 64}) {
        ReferenceAttention call = makeCall(5, 4, 2, headDim);
        addSegment(call, 70);
        call.segments[0].keyToken = 2;
        call.segments[0].queryToken = 0;
        call.segments[0].queryStart = 0;
        call.rowPlaces = {40, 0, 3, 200, 71};
        for (const KvType type : {KvType::f32, KvType::bf16, KvType::q8}) check(call, type);
    }
}

TEST_P(AttentionTest, rowsThatSeeNothingAreEmpty) {
    ReferenceAttention call = makeCall(6, 4, 2, 16);
    addSegment(call, 5);
    // Keys are tokens 3 to 7, queries 0 to 5: the first three rows see none.
    call.segments[0].keyToken = 3;
    call.segments[0].queryToken = 0;
    const Result result = attend(call);
    check(call);
    EXPECT_EQ(result.logSumExp[0], -std::numeric_limits<float>::infinity());
    EXPECT_EQ(result.output[0], 0.0F);
}

TEST_P(AttentionTest, noSegmentsAtAllGiveAnEmptyPartial) {
    ReferenceAttention call = makeCall(2, 4, 2, 16);
    const Result result = attend(call);
    for (const float value : result.output) EXPECT_EQ(value, 0.0F);
    for (const float value : result.logSumExp) EXPECT_EQ(static_cast<double>(value), kEmpty);
    addSegment(call, 0);
    check(call);
}

TEST_P(AttentionTest, hundredsOfShortSegmentsForOneQuery) {
    ReferenceAttention call = makeCall(1, 6, 2, 16);
    for (int s = 0; s < 300; ++s) addSegment(call, 1 + s % 7);
    check(call);
}

TEST_P(AttentionTest, everySegmentMayHaveAKeyStepOfItsOwn) {
    for (const std::int64_t tokens : {1, 9}) {
        ReferenceAttention call = makeCall(tokens, 4, 2, 32);
        for (int s = 0; s < 20; ++s) {
            addSegment(call, 5);
            call.segments.back().keyStep = 0.5 + 0.01 * s;
        }
        check(call);
        check(call);
    }
}

TEST_P(AttentionTest, manyTilesOfQueriesOverManyTilesOfKeys) {
    ReferenceAttention call = makeCall(600, 2, 1, 8);
    addSegment(call, 500);
    addSegment(call, 600);
    makeCausal(call);
    check(call);
}

TEST_P(AttentionTest, aRangeOfARunActsAsARunOfItsOwn) {
    ReferenceAttention call = makeCall(3, 4, 2, 16);
    addSegment(call, 40);
    for (const KvType type : {KvType::f32, KvType::bf16, KvType::q8}) {
        ReferenceAttention whole = call;
        const auto run = store(type, whole, whole.segments[0]);
        const Result all = attend(whole, type);
        // The scores of keys 10 to 39 alone, from the same stored bytes.
        const AttentionSegment part{run->view.range(10, 40), 10, 1, 40, 10, 40};
        const Tensor output = backend().floats({3, 4, 16});
        const Tensor logSumExp = backend().floats({3, 4});
        const Tensor queries = activations({3, 4, 16}, call.queries);
        AttentionCall op;
        op.queries = queries.view();
        op.segments = {&part, 1};
        op.rope = backend().addRope(call.rope);
        op.scale = static_cast<float>(call.scale);
        op.partial = {output.view(), logSumExp.view()};
        backend().attend(op);
        ReferenceAttention expected = whole;
        ReferenceSegment& segment = expected.segments[0];
        segment.keys.erase(segment.keys.begin(), segment.keys.begin() + 10 * 2 * 16);
        segment.values.erase(segment.values.begin(), segment.values.begin() + 10 * 2 * 16);
        segment.tokens = 30;
        segment.keyStart = 10;
        segment.keyToken = 10;
        expectNear(read(output.view()), referenceAttend(expected).output, tolerance());
    }
}

TEST_P(AttentionTest, anySplitOfTheKeysMergesToTheWholeInAnyOrder) {
    ReferenceAttention call = makeCall(4, 6, 2, 32);
    for (const std::int64_t tokens : {33, 1, 80, 17}) addSegment(call, tokens);
    const ReferencePartial expected = referenceAttend(call);
    for (std::size_t cut = 0; cut <= call.segments.size(); ++cut) {
        const Result front = attend(call, KvType::f32, 0, cut);
        const Result back = attend(call, KvType::f32, cut, call.segments.size());
        for (const bool swapped : {false, true}) {
            const Partial sum = upload(swapped ? back : front, call);
            backend().merge(upload(swapped ? front : back, call), sum);
            expectNear(read(sum.output), expected.output, tolerance());
            expectNear(read(sum.logSumExp), expected.logSumExp, tolerance());
        }
    }
}

TEST_P(AttentionTest, twoEmptyPartialsMergeToAnEmptyOne) {
    const ReferenceAttention call = makeCall(1, 2, 1, 8);
    Result empty;
    empty.output.assign(16, 0.0F);
    empty.logSumExp.assign(2, static_cast<float>(kEmpty));
    const Partial sum = upload(empty, call);
    backend().merge(upload(empty, call), sum);
    EXPECT_EQ(read(sum.output), empty.output);
    EXPECT_EQ(read(sum.logSumExp), empty.logSumExp);
}

TEST_P(AttentionTest, partsOfAnyNumberMergeToTheWhole) {
    ReferenceAttention call = makeCall(4, 6, 2, 40);
    for (const std::int64_t tokens : {33, 1, 80, 17}) addSegment(call, tokens);
    const ReferencePartial expected = referenceAttend(call);
    // One of them empty, as of a rank that holds no keys.
    std::vector<Result> parts = {attend(call, KvType::f32, 0, 0)};
    for (std::size_t s = 0; s < call.segments.size(); ++s)
        parts.push_back(attend(call, KvType::f32, s, s + 1));
    for (std::size_t first = 0; first < parts.size(); ++first) {
        std::rotate(parts.begin(), parts.begin() + 1, parts.end());
        const Result merged = mergeParts(parts, call);
        expectNear(merged.output, expected.output, tolerance());
        expectNear(merged.logSumExp, expected.logSumExp, tolerance());
    }
    const Result alone = mergeParts(std::span(parts).last(1), call);
    EXPECT_EQ(alone.output, parts.back().output);
    EXPECT_EQ(alone.logSumExp, parts.back().logSumExp);
}

TEST_P(AttentionTest, mergedPartsMayBeActivations) {
    ReferenceAttention call = makeCall(3, 4, 4, 24);
    addSegment(call, 20);
    addSegment(call, 9);
    const std::vector<Result> parts = {attend(call, KvType::f32, 0, 1),
                                       attend(call, KvType::f32, 1, 2)};
    const Result exact = mergeParts(parts, call);
    m_outputType = backend().activationType();
    const Result rounded = mergeParts(parts, call);
    EXPECT_EQ(rounded.output, seen(exact.output));
    EXPECT_EQ(rounded.logSumExp, exact.logSumExp);
}

TEST_P(AttentionTest, emptyPartsMergeToAnEmptyOneAndNoNumberIsNoticed) {
    const ReferenceAttention call = makeCall(1, 2, 1, 8);
    Result part;
    part.output.assign(16, 0.0F);
    part.logSumExp.assign(2, static_cast<float>(kEmpty));
    std::vector<Result> parts(3, part);
    const Result empty = mergeParts(parts, call);
    EXPECT_EQ(empty.output, part.output);
    EXPECT_EQ(empty.logSumExp, part.logSumExp);
    parts[1].logSumExp[1] = std::numeric_limits<float>::quiet_NaN();
    parts[2].logSumExp[1] = 1;
    const Result spoilt = mergeParts(parts, call);
    EXPECT_EQ(spoilt.output[0], 0);
    EXPECT_TRUE(std::isnan(spoilt.output[15]) && std::isnan(spoilt.logSumExp[1]));
}

std::vector<BackendUnderTest> attentionsUnderTest() {
    std::vector<BackendUnderTest> backends = backendsUnderTest();
    std::erase_if(backends, [](const BackendUnderTest& each) { return each.sharesAttention; });
    return backends;
}

INSTANTIATE_TEST_SUITE_P(Backends, AttentionTest, testing::ValuesIn(attentionsUnderTest()), nameOf);

}  // namespace
}  // namespace asterism::test
