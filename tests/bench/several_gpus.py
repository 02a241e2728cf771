#!/usr/bin/env python3
"""Checks and times Asterism on several GPUs of one host.

    several_gpus.py ASTERISM_CLI --model smollm2-135m-instruct --ranks 1,2,4

With a real model: every number of ranks gives the tokens that one rank gives, attention masses sum
to 1, and ring attention gives the logits of dense attention. With random weights in the shape of
Llama-3.1-8B: seconds to encode by mode, length and number of ranks, what every rank took, and the
speed-up over one rank. Ends with 1 if a check fails.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

FAILURES = []


def run(cli, words):
    """The JSON object that the command prints."""
    result = subprocess.run([cli, *words, "--json"], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(words)}: {result.stderr.strip()}")
    return json.loads(result.stdout)


def expect(holds, what):
    print(("ok      " if holds else "FAILED  ") + what, flush=True)
    if not holds:
        FAILURES.append(what)


def difference(logits, expected):
    """Greatest difference of the logits that both have, and how many these are."""
    expected = dict(map(tuple, expected))
    both = [abs(value - expected[token]) for token, value in logits if token in expected]
    return max(both, default=float("inf")), len(both)


def check_answers(cli, model, ranks, folder):
    context = folder / "context.txt"
    query = folder / "query.txt"
    cities = ["Paris", "Berlin", "Rome", "Madrid", "Lisbon", "Vienna", "Athens", "Oslo"]
    context.write_text("".join(f"Note {i}: the train from {cities[i % 8]} leaves at platform "
                               f"{i * 7 % 23}.\n" for i in range(180)))
    query.write_text("From which platform does the train of note 100 leave?")

    def ask(mode, count):
        return run(cli, ["generate", "--model", model, "--device", "cuda", "--ranks", str(count),
                         "--context-file", str(context), "--query-file", str(query),
                         "--attention", mode, "--block-tokens", "512", "--kv", "bf16",
                         "--max-tokens", "24", "--top-logits", "20"])

    alone = {mode: ask(mode, 1) for mode in ("star", "dense")}
    for count in ranks:
        for mode in ("star", "dense", "ring"):
            if mode == "ring" and count == 1:
                continue
            answer = alone[mode] if count == 1 else ask(mode, count)
            mass = sum(answer["attention_mass"]) + answer.get("anchor_mass", 0)
            expect(abs(mass - 1) < 1e-3, f"{mode}, {count} ranks: masses sum to {mass:.5f}")
            one = alone["dense" if mode == "ring" else mode]
            off, common = difference(answer["first_logits"], one["first_logits"])
            expect(off < 0.5 and common > 15,
                   f"{mode}, {count} ranks: {common} of 20 logits within {off:.3f} of one rank's")
            same = 0
            while same < len(one["tokens"]) and answer["tokens"][same:same + 1] == \
                    one["tokens"][same:same + 1]:
                same += 1
            # In bf16 a close race between two tokens may end either way later on.
            expect(same >= 4, f"{mode}, {count} ranks: first {same} of {len(one['tokens'])} tokens "
                              "are one rank's")


def time_modes(cli, shape, ranks, lengths):
    best = {}
    print("\n| tokens | mode | block | ranks | seconds | speed-up | ms a token | seconds by rank |\n"
          "|---|---|---|---|---|---|---|---|")
    for length in lengths:
        for mode, block in (("star", 8192), ("star", length // 4), ("dense", 8192), ("ring", 8192)):
            for count in ranks:
                if mode == "ring" and count == 1:
                    continue
                report = run(cli, ["bench", "--shape", shape, "--device", "cuda", "--ranks",
                                   str(count), "--modes", mode, "--lengths", str(length),
                                   "--block-tokens", str(block), "--kv", "bf16", "--repeats", "2",
                                   "--generate", "24"])
                row = report["rows"][0]
                key = (length, "dense" if mode == "ring" else mode, block)
                best.setdefault(key, row["encode_s"])
                by_rank = ", ".join(f"{seconds:.2f}" for seconds in row["rank_s"])
                print(f"| {length} | {mode} | {block} | {count} | {row['encode_s']:.3f} | "
                      f"{best[key] / row['encode_s']:.2f} | "
                      f"{1e3 / row['generation_tokens_per_s']:.2f} | {by_rank} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cli", help="path of asterism-cli, built with CUDA and NCCL")
    parser.add_argument("--model", default="smollm2-135m-instruct")
    parser.add_argument("--ranks", default="1,2", help="numbers of GPUs, the first being 1")
    parser.add_argument("--shape", default="llama-3.1-8b")
    parser.add_argument("--lengths", default="65536,131072")
    options = parser.parse_args()
    ranks = [int(word) for word in options.ranks.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        check_answers(options.cli, options.model, ranks, pathlib.Path(folder))
    time_modes(options.cli, options.shape, ranks, [int(w) for w in options.lengths.split(",")])
    sys.exit(1 if FAILURES else 0)


if __name__ == "__main__":
    main()
