"""Runs Asterism, llama.cpp and OpenVINO GenAI on the same work in turn; see compare_peers.sh.

Every run is a process of its own, so that its peak memory is its own. With `--run PEER WORK` the
script is such a process and prints one line of JSON.
"""

import argparse
import json
import os
import random
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import time

GENERATED = 33
SMALL = "smollm2-135m-instruct"
LARGER = "qwen2.5-coder-0.5b"
WINDOW = 8192  # of the smaller model

# All of 8K fits the smaller model's window of 8,192 tokens, beyond which some peers refuse to go.
# name: (model, tokens, flags of Asterism, 8-bit keys and values for llama.cpp)
WORKS = {
    "dense8k": (SMALL, 8128, ["--attention", "dense"], False),
    "dense8k-qwen": (LARGER, 8128, ["--attention", "dense"], False),
    "star32k-1k": (SMALL, 32768, ["--block-tokens", "4096", "--anchor-tokens", "1024"], True),
    "star32k-4k": (SMALL, 32768, ["--block-tokens", "4096"], True),
    "short": (SMALL, 64, ["--attention", "dense"], False),
}


def token_ids(count):
    """Ids that every vocabulary here has, the same for all programs."""
    source = random.Random(1)
    return [source.randrange(1000, 40000) for _ in range(count)]


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run_llama_cpp(model, tokens, threads, flash, small_cache):
    import llama_cpp

    kind = llama_cpp.GGML_TYPE_Q8_0 if small_cache else llama_cpp.GGML_TYPE_F16
    llm = llama_cpp.Llama(
        model_path=model, n_ctx=tokens + 128, n_threads=threads, n_threads_batch=threads,
        n_batch=2048, n_ubatch=512, flash_attn=flash, type_k=kind,
        type_v=kind if flash else llama_cpp.GGML_TYPE_F16, verbose=False)
    llm.eval(token_ids(16))
    llm.reset()
    begin = time.perf_counter()
    llm.eval(token_ids(tokens))
    read = time.perf_counter() - begin
    begin = time.perf_counter()
    for token in token_ids(GENERATED - 1):
        llm.eval([token])
    return read, (GENERATED - 1) / (time.perf_counter() - begin)


def with_longer_window(model, tokens, folder):
    """A copy of a GGUF file that names a longer window: llama.cpp's server goes by that length, and
    the speed does not depend on it."""
    with open(model, "rb") as file:
        content = bytearray(file.read())
    key = b".context_length" + struct.pack("<I", 4)  # the key's end and the type of its value
    place = content.index(key) + len(key)
    content[place:place + 4] = struct.pack("<I", tokens)
    copy = os.path.join(folder, "model.gguf")
    with open(copy, "wb") as file:
        file.write(content)
    return copy


def run_xllamacpp(model, tokens, threads, flash, small_cache):
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx = tokens + 128
    params.n_batch, params.n_ubatch, params.n_parallel = 2048, 512, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.flash_attn_type = xllamacpp.llama_flash_attn_type(1 if flash else 0)
    params.cache_ram_mib = params.verbosity = 0
    if small_cache:
        params.cache_type_k = xllamacpp.ggml_type.GGML_TYPE_Q8_0
        if flash:
            params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_Q8_0
    with tempfile.TemporaryDirectory() as folder:
        if tokens > WINDOW:
            params.model.path = with_longer_window(model, params.n_ctx, folder)
        server = xllamacpp.Server(params)  # maps the file
    answer = server.handle_completions({
        "prompt": token_ids(tokens), "n_predict": GENERATED, "temperature": 0,
        "ignore_eos": True, "cache_prompt": False})
    answer = json.loads(answer) if isinstance(answer, str) else answer
    timings = answer["timings"]
    return timings["prompt_ms"] / 1000, timings["predicted_per_second"]


def run_openvino(model, tokens, threads):
    import numpy
    import openvino
    import openvino_genai

    pipeline = openvino_genai.LLMPipeline(model, "CPU", INFERENCE_NUM_THREADS=threads)

    def generate(ids, count):
        config = openvino_genai.GenerationConfig()
        config.max_new_tokens, config.ignore_eos, config.do_sample = count, True, False
        array = numpy.array([ids], dtype=numpy.int64)
        inputs = openvino_genai.TokenizedInputs(
            openvino.Tensor(array), openvino.Tensor(numpy.ones_like(array)))
        return pipeline.generate(inputs, config).perf_metrics

    generate(token_ids(16)[::-1], 2)
    figures = generate(token_ids(tokens), GENERATED)
    return figures.get_ttft().mean / 1000, 1000 / figures.get_tpot().mean


def run_peer(arguments):
    peer, work = arguments.run
    _, tokens, _, small_cache = WORKS[work]
    flash = peer.endswith("flash")
    # The peers print to standard output as they like; only our line may go there.
    line = os.dup(1)
    os.dup2(2, 1)
    if peer == "openvino":
        read, rate = run_openvino(arguments.model, tokens, arguments.threads)
    else:
        try:
            import llama_cpp  # noqa: F401
            run = run_llama_cpp
        except ImportError:
            run = run_xllamacpp
        read, rate = run(arguments.model, tokens, arguments.threads, flash, small_cache)
    result = {"read_s": read, "tokens_per_s": rate, "peak": peak_bytes(), "tokens": tokens}
    os.write(line, (json.dumps(result) + "\n").encode())
    os._exit(0)  # some peers crash when they are taken down


def run_asterism(cli, work, threads):
    model, tokens, flags, _ = WORKS[work]
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        ids = token_ids(tokens)
        for name, part in (("context", ids[:-1]), ("query", ids[-1:])):
            files[name] = os.path.join(folder, name)
            with open(files[name], "w", encoding="utf-8") as file:
                json.dump(part, file)
        command = [cli, "generate", "--model", model, "--context-file", files["context"],
                   "--query-file", files["query"], "--tokens", "--threads", str(threads),
                   "--max-tokens", str(GENERATED), "--ignore-end", "--json", *flags]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    answer = json.loads(output)
    timings = answer["timings"]
    return {"read_s": timings["encode_s"] + timings["first_token_s"],
            "tokens_per_s": timings["tokens_per_s"], "peak": answer["memory"]["peak_bytes"],
            "tokens": tokens}


def model_file(cli, name):
    """The catalogue's file of a model, fetched if it is not there."""
    output = subprocess.run([cli, "model", "pull", name, "--json"], check=True,
                            capture_output=True, text=True).stdout
    return json.loads(output)["path"]


def measure(arguments, peer, work):
    if peer == "asterism":
        return run_asterism(arguments.cli, work, arguments.threads)
    command = [sys.executable, __file__, arguments.cli, "--threads", str(arguments.threads),
               "--model", arguments.files[WORKS[work][0]], "--run", peer, work]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not done.stdout:
        print(f"{peer} failed on {work}: {done.stderr.strip()[-300:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout)


def peers_of(work):
    peers = ["asterism", "llama.cpp", "llama.cpp flash"]
    return peers + ["openvino"] if work in ("dense8k", "short") else peers


def compare(arguments, work):
    results = {peer: [] for peer in peers_of(work)}
    for _ in range(arguments.rounds):
        for peer in results:
            result = measure(arguments, peer, work)
            if result:
                results[peer].append(result)
    ours = results["asterism"]
    print(f"\n{work}: {WORKS[work][1]} tokens of {WORKS[work][0]}")
    print("| program | reads, tokens/s | generates, tokens/s | peak memory, MB "
          "| we read | we generate |\n|---|---|---|---|---|---|")
    for peer, runs in results.items():
        if not runs:
            continue
        read = [run["tokens"] / run["read_s"] for run in runs]
        rate = [run["tokens_per_s"] for run in runs]
        pairs = list(zip(ours, runs))
        faster = statistics.median(b["read_s"] / a["read_s"] for a, b in pairs)
        generates = statistics.median(a["tokens_per_s"] / b["tokens_per_s"] for a, b in pairs)
        print(f"| {peer} | {statistics.median(read):.0f} | {statistics.median(rate):.1f} | "
              f"{statistics.median(run['peak'] for run in runs) / 1e6:.0f} | "
              f"{faster:.2f} x | {generates:.2f} x |", flush=True)


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown processor"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cli", help="asterism-cli")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--only", action="append", choices=list(WORKS))
    parser.add_argument("--model", help=argparse.SUPPRESS)
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        run_peer(arguments)
    works = arguments.only or list(WORKS)
    arguments.files = {name: model_file(arguments.cli, name)
                       for name in {WORKS[work][0] for work in works}}
    print(f"{processor()}, {arguments.threads} threads, medians of {arguments.rounds} rounds")
    for work in works:
        compare(arguments, work)


main()
