// Blocks on their way to the host while the GPU goes on.
#include <iostream>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/clock.h"
#include "cuda/cuda_backend.h"
#include "tests/cuda/gpu_engine.h"
#include "tests/engine/engine_run.h"
#include "tests/engine/memory_store.h"
#include "tests/support/test_files.h"
#include "tests/support/tiny_model.h"

namespace asterism::test {
namespace {

std::vector<std::byte> someBytes(std::size_t count, std::uint8_t seed) {
    std::vector<std::byte> bytes(count);
    for (std::size_t i = 0; i < count; ++i)
        bytes[i] = static_cast<std::byte>((i * 2654435761U + seed) >> 7);
    return bytes;
}

class CudaSaving : public OnGpu {
  protected:
    void SetUp() override {
        OnGpu::SetUp();
        if (!IsSkipped()) m_backend = makeCudaBackend({.activations = DataType::bf16});
    }

    Tensor onGpu(const std::vector<std::byte>& bytes) {
        Tensor tensor = m_backend->tensor({static_cast<std::int64_t>(bytes.size())}, DataType::i8);
        m_backend->upload(bytes, tensor.view());
        return tensor;
    }

    std::unique_ptr<Backend> m_backend;
};

TEST_F(CudaSaving, bytesOfEverySizeArriveWhole) {
    constexpr std::size_t kPiece = std::size_t{16} << 20;
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, kPiece - 1, kPiece, kPiece + 1,
                                    2 * kPiece, 5 * kPiece + 3}) {
        const auto sent = someBytes(count, 3);
        const Tensor there = onGpu(sent);
        const auto reader = m_backend->readAside();
        ASSERT_TRUE(reader);
        std::vector<std::byte> received(count, std::byte{0x5a});
        std::thread([&] { reader->download(there.view(), received); }).join();
        EXPECT_TRUE(received == sent) << count << " bytes";
    }
}

// The reader is made while the last copy is still to run: it must bring what that copy leaves.
TEST_F(CudaSaving, whatIsReadIsWhatTheOpsBeforeItLeave) {
    constexpr std::size_t kBytes = std::size_t{64} << 20;
    const auto early = someBytes(kBytes, 1);
    const auto late = someBytes(kBytes, 99);
    const Tensor source = onGpu(late);
    const Tensor between = onGpu(early);
    const Tensor target = onGpu(early);
    for (int round = 0; round < 3; ++round) {
        m_backend->upload(early, target.view());
        for (int i = 0; i < 200; ++i) m_backend->copy(source.view(), between.view());
        m_backend->copy(between.view(), target.view());
        const auto reader = m_backend->readAside();
        std::vector<std::byte> received(kBytes);
        reader->download(target.view(), received);
        EXPECT_TRUE(received == late) << "round " << round;
    }
}

// Ops of later blocks do not hold up the copy, and it does not hold up them.
TEST_F(CudaSaving, theGpuGoesOnWhileABlockIsRead) {
    Products products(*m_backend);
    const Tensor block = onGpu(someBytes(std::size_t{256} << 20, 8));
    std::vector<std::byte> received(static_cast<std::size_t>(block.view().bytes()));
    products.run(3);
    m_backend->readAside()->download(block.view(), received);

    Stopwatch alone;
    m_backend->readAside()->download(block.view(), received);
    const double readAlone = alone.seconds();
    const auto timed = m_backend->startTimer();
    products.run(10);
    const double each = timed->seconds() / 10;
    const int times = static_cast<int>(4 * readAlone / each) + 1;

    const auto reader = m_backend->readAside();
    const auto timer = m_backend->startTimer();
    products.run(times);
    const Stopwatch clock;
    reader->download(block.view(), received);
    const double read = clock.seconds();
    const double computed = timer->seconds();
    std::cout << "256 MiB read in " << readAlone * 1e3 << " ms alone, in " << read * 1e3
              << " ms beside " << computed * 1e3 << " ms of products that take "
              << each * times * 1e3 << " ms alone\n";
    EXPECT_LT(read, 0.8 * computed) << "the copy waited for products that came after it";
    EXPECT_LT(computed, 1.3 * each * times) << "the copy held up the products";
}

TEST_F(CudaSaving, savedBlocksOpenAgainOnBothDevices) {
    const TempDir folder;
    writeTinyModel(folder / "tiny.gguf", {.hidden = 256, .feedForward = 512, .headDim = 64});
    const auto gpu = openOnGpu(folder / "tiny.gguf", DataType::f32, 2);
    MemoryStore store;
    Question question;
    question.context = someTokens(400, gpu->config().vocabulary, 41);
    question.query = someTokens(7, gpu->config().vocabulary, 42);
    question.options.blockTokens = 64;
    const auto fresh = logitsOf(*gpu, ask(*gpu, question));
    gpu->setBlockStore(store, "tiny");
    EXPECT_EQ(logitsOf(*gpu, ask(*gpu, question)), fresh);
    EXPECT_EQ(store.size(), 8U) << "7 blocks and the anchor";
    const auto again = gpu->encode(question.context, {}, question.options, {}, {});
    EXPECT_EQ(again->restoredBlocks, 7);
    EXPECT_EQ(logitsOf(*gpu, ask(*gpu, question)), fresh);
    const auto cpu = openEngine(folder / "tiny.gguf");
    cpu->setBlockStore(store, "tiny");
    EXPECT_EQ(cpu->encode(question.context, {}, question.options, {}, {})->restoredBlocks, 7);
    expectNear(logitsOf(*cpu, ask(*cpu, question)), fresh, 2e-2);
}

}  // namespace
}  // namespace asterism::test
