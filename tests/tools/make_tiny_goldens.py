#!/usr/bin/env python3
"""Makes tiny random models as Hugging Face folders, and golden results for them with transformers.

Writes tests/data/tiny/NAME/ with config.json, tokenizer.json, *.safetensors and golden.json, the
last in the form of tests/data/golden (read by tests/support/golden.h). What is computed comes from
the folder as it was written, in float32 on the CPU, with eager attention. Needs torch,
transformers, tokenizers and safetensors; nothing of it is needed to run the tests.

Usage: make_tiny_goldens.py [NAME...]
"""

import json
import pathlib
import shutil
import sys

import safetensors.torch
import torch
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "data" / "tiny"
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
END_OF_TEXT, TURN_BEGIN, TURN_END = range(3)
VOCABULARY = 300
GREEDY_TOKENS = 24
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + "
    "message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
TEXT = (
    "The harbour master wrote down every ship that came in: its name, its load, the day and the "
    "hour. In the evening he counted them, 12 on a calm day, 30 before a storm, and locked the "
    "book away. Nobody asked for it until the winter when the lighthouse went dark."
)
TOKENIZED = [
    "",
    " ",
    "The harbour",
    "it's 2024, isn't it?",
    "Gr\u00fc\u00dfe\n\n  \u65e5\u672c",
    SPECIAL[1],
]

PATTERNS = {
    "llama3": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}

COMMON = dict(
    vocab_size=VOCABULARY,
    hidden_size=64,
    intermediate_size=96,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=16,
    max_position_embeddings=2048,
    bos_token_id=END_OF_TEXT,
    eos_token_id=TURN_END,
    pad_token_id=None,
)

# name -> (config class, settings, settings as config.json spells them, weights' type, shards,
# pre-tokenizer)
MODELS = {
    "llama31": (
        transformers.LlamaConfig,
        dict(num_hidden_layers=3, rms_norm_eps=1e-5, tie_word_embeddings=False),
        dict(
            rope_theta=500000.0,
            rope_scaling=dict(
                rope_type="llama3",
                factor=8.0,
                low_freq_factor=1.0,
                high_freq_factor=4.0,
                original_max_position_embeddings=128,
            ),
        ),
        torch.bfloat16,
        1,
        "llama3",
    ),
    "mistral": (
        transformers.MistralConfig,
        dict(rms_norm_eps=1e-5, tie_word_embeddings=False, sliding_window=40),
        dict(rope_theta=10000.0),
        torch.float16,
        2,
        "gpt2",
    ),
    "qwen2": (
        transformers.Qwen2Config,
        dict(
            intermediate_size=64,
            rms_norm_eps=1e-6,
            tie_word_embeddings=True,
            use_sliding_window=False,
        ),
        dict(rope_theta=1000000.0, rope_scaling=None),
        torch.float32,
        1,
        "qwen2",
    ),
    "qwen3": (
        transformers.Qwen3Config,
        dict(rms_norm_eps=1e-6, tie_word_embeddings=True, head_dim=32),
        dict(rope_parameters=dict(rope_type="default", rope_theta=1000000.0)),
        torch.bfloat16,
        1,
        "qwen2",
    ),
    "gemma3": (
        transformers.Gemma3TextConfig,
        dict(
            hidden_size=48,
            intermediate_size=64,
            num_hidden_layers=6,
            num_key_value_heads=1,
            rms_norm_eps=1e-6,
            sliding_window=20,
            query_pre_attn_scalar=16,
            layer_types=["sliding_attention"] * 5 + ["full_attention"],
        ),
        dict(
            rope_theta=1000000.0,
            rope_local_base_freq=10000.0,
            rope_scaling=None,
            _sliding_window_pattern=6,
        ),
        torch.bfloat16,
        1,
        "gpt2",
    ),
}


def make_tokenizer(kind):
    tokenizer = Tokenizer(models.BPE(ignore_merges=kind == "llama3"))
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=kind == "gpt2")
    tokenizer.pre_tokenizer = byte_level
    if kind in PATTERNS:
        split = pre_tokenizers.Split(Regex(PATTERNS[kind]), behavior="isolated", invert=False)
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[AddedToken(text, special=True, normalized=False) for text in SPECIAL],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([TEXT], trainer)
    assert tokenizer.get_vocab_size() == VOCABULARY
    return tokenizer


def fill_weights(model):
    """Random values that make attention uneven, layers outweigh the embedding they add to (tied
    models would repeat their input for ever) and logits a few units apart."""
    is_gemma = "Gemma" in type(model).__name__
    for name, values in model.named_parameters():
        if name.endswith("bias"):
            values.normal_(0.0, 0.3)
        elif values.dim() == 1:
            mean = 4.0 if "post_" in name and is_gemma else 1.0
            values.normal_(mean, 0.1)
            if is_gemma:  # adds 1 to its norm gains
                values.sub_(1.0)
        elif "embed_tokens" in name:
            values.normal_(0.0, 0.5)
        elif "lm_head" in name:
            values.normal_(0.0, 1.0)
        else:
            gain = 1.6 if "q_proj" in name or "k_proj" in name else 1.0
            gain = 3.0 if "o_proj" in name or "down_proj" in name else gain
            values.normal_(0.0, gain / values.shape[1] ** 0.5)


def write_folder(name, folder):
    config_class, settings, spelled, dtype, shards, pre_tokenizer = MODELS[name]
    config = config_class(**{**COMMON, **settings})
    torch.manual_seed(sorted(MODELS).index(name) + 1)
    model = transformers.AutoModelForCausalLM.from_config(config)
    fill_weights(model)
    model.to(dtype)
    shutil.rmtree(folder, ignore_errors=True)
    size = sum(p.numel() * p.element_size() for p in model.parameters())
    model.save_pretrained(folder, max_shard_size=int(size / shards * 1.05) + 1)
    (folder / "generation_config.json").unlink(missing_ok=True)

    for path in folder.iterdir():
        path.chmod(0o644)

    # Models in the wild spell rotation settings this way, not as transformers 5 writes them.
    path = folder / "config.json"
    written = json.loads(path.read_text())
    written.pop("rope_parameters", None)
    written.pop("transformers_version", None)
    written.update(spelled)
    path.write_text(json.dumps(written, indent=2) + "\n")

    tokenizer = make_tokenizer(pre_tokenizer)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "tokenizer_config.json").write_text(
        json.dumps(
            dict(
                add_bos_token=False,
                bos_token=None,
                eos_token=SPECIAL[TURN_END],
                chat_template=CHAT_TEMPLATE,
                model_max_length=COMMON["max_position_embeddings"],
            ),
            indent=2,
        )
        + "\n"
    )
    return tokenizer


class Runner:
    """Runs one model with masks and positions that are written out in full."""

    def __init__(self, folder):
        self.model = transformers.AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager"
        ).eval()
        self.config = self.model.config

    def mask(self, row_positions, key_positions, visible, window):
        """Additive [1, 1, rows, keys]; the window counts token positions."""
        rows = torch.tensor(row_positions)[:, None]
        keys = torch.tensor(key_positions)[None, :]
        visible = visible & (keys <= rows)
        if window:
            visible = visible & (rows - keys < window)
        low = torch.finfo(torch.float32).min
        return torch.where(visible, 0.0, low)[None, None]

    def masks(self, rows, keys, visible):
        window = getattr(self.config, "sliding_window", None)
        full = self.mask(rows, keys, visible, None)
        if self.config.model_type == "gemma3_text":
            return dict(
                full_attention=full, sliding_attention=self.mask(rows, keys, visible, window)
            )
        slides = self.config.model_type == "mistral" and window
        return self.mask(rows, keys, visible, window) if slides else full

    def run(self, ids, positions, cached=None, cached_positions=()):
        """Logits [rows, vocabulary], attention [layers, heads, keys] of the last row, new KV."""
        cache = transformers.DynamicCache()
        for layer, (keys, values) in enumerate(cached or []):
            cache.update(keys.clone(), values.clone(), layer)
        key_positions = list(cached_positions) + list(positions)
        visible = torch.ones(len(ids), len(key_positions), dtype=torch.bool)
        with torch.no_grad():
            result = self.model(
                input_ids=torch.tensor([ids]),
                position_ids=torch.tensor([list(positions)]),
                attention_mask=self.masks(list(positions), key_positions, visible),
                past_key_values=cache,
                output_attentions=True,
                use_cache=True,
            )
        attention = torch.stack([layer[0, :, -1] for layer in result.attentions])
        own = slice(-len(ids), None)
        new = [(layer.keys[:, :, own], layer.values[:, :, own]) for layer in cache.layers]
        return result.logits[0], attention, new


def logit_fields(logits):
    top = torch.topk(logits, 20)
    stride = 10
    return dict(
        top20=[[int(i), round(float(v), 5)] for v, i in zip(top.values, top.indices)],
        sum=round(float(logits.double().sum()), 4),
        logsumexp=round(float(torch.logsumexp(logits.double(), 0)), 5),
        stride=stride,
        strided=[round(float(v), 4) for v in logits[::stride]],
    )


def greedy_fields(step):
    """step(answer so far) -> logits after it."""
    tokens, margins = [], []
    for _ in range(GREEDY_TOKENS):
        best = torch.topk(step(tokens), 2)
        margins.append(round(float(best.values[0] - best.values[1]), 5))
        tokens.append(int(best.indices[0]))
    return dict(greedy=tokens, margins=margins)


def dense_case(runner, name, ids):
    logits, _, _ = runner.run(ids, range(len(ids)))
    likelihood = torch.log_softmax(logits.double(), -1)
    nll = [round(-float(likelihood[i, ids[i + 1]]), 5) for i in range(len(ids) - 1)]
    greedy = greedy_fields(
        lambda answer: runner.run(ids + answer, range(len(ids) + len(answer)))[0][-1]
    )
    return dict(name=name, ids=ids, token_nll=nll, **logit_fields(logits[-1]), **greedy)


def block_ranges(n, block):
    return [(begin, min(begin + block, n)) for begin in range(0, n, block)]


def encode_blocks(runner, context, block, anchor):
    """Phase 1 as the paper has it: the anchor is encoded again in front of every block."""
    kept = []
    for begin, end in block_ranges(len(context), block):
        prefix = list(range(min(anchor, block))) if begin else []
        positions = prefix + list(range(begin, end))
        _, _, cache = runner.run([context[p] for p in positions], positions)
        kept.append([(k[:, :, len(prefix) :], v[:, :, len(prefix) :]) for k, v in cache])
    return [
        (torch.cat([b[i][0] for b in kept], 2), torch.cat([b[i][1] for b in kept], 2))
        for i in range(len(kept[0]))
    ]


def answer_fields(runner, context, query, block, cached):
    n = len(context)

    def run(answer):
        ids = query + answer
        return runner.run(ids, range(n, n + len(ids)), cached, range(n))

    logits, attention, _ = run([])
    mean = attention.double().mean((0, 1))
    mass = [float(mean[b:e].sum()) for b, e in block_ranges(n, block)] + [float(mean[n:].sum())]
    return dict(
        attn_mass=[round(m, 6) for m in mass],
        **logit_fields(logits[-1]),
        **greedy_fields(lambda answer: run(answer)[0][-1]),
    )


def star_case(runner, name, context, query, block, anchor):
    star = encode_blocks(runner, context, block, anchor)
    dense = runner.run(context, range(len(context)))[2]
    return dict(
        name=name,
        context_ids=context,
        query_ids=query,
        block_size=block,
        anchor_size=anchor,
        star=answer_fields(runner, context, query, block, star),
        dense=answer_fields(runner, context, query, block, dense),
    )


def make(name):
    folder = FOLDER / name
    tokenizer = write_folder(name, folder)
    runner = Runner(folder)
    ids = tokenizer.encode(TEXT, add_special_tokens=False).ids
    context, query = ids[:150], [TURN_END, TURN_BEGIN] + ids[150:157]
    golden = dict(
        model=name,
        versions=dict(torch=torch.__version__, transformers=transformers.__version__),
        tokenize=[
            dict(text=text, ids=tokenizer.encode(text, add_special_tokens=False).ids)
            for text in TOKENIZED
        ],
        dense=[dense_case(runner, "short", ids[:12]), dense_case(runner, "long", ids[:90])],
        star=[
            star_case(runner, "anchor_is_block", context, query, 32, 32),
            star_case(runner, "short_anchor", context, query, 40, 12),
            star_case(runner, "single_block", context, query, 200, 200),
        ],
    )
    (folder / "golden.json").write_text(json.dumps(golden) + "\n")
    size = sum(path.stat().st_size for path in folder.iterdir())
    star, dense = golden["star"][0]["star"], golden["star"][0]["dense"]
    print(name, size, "bytes; margins", star["margins"][:6], star["attn_mass"], dense["attn_mass"])


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    for model_name in sys.argv[1:] or MODELS:
        make(model_name)
