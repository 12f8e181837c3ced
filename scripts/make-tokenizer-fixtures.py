"""Trains two small tokenizers and writes them, with what the real libraries make of many texts and conversations, into
lib/tokenizers/fixtures. Needs transformers 5 (pip install transformers). Deterministic: running it again changes nothing."""

import json
import pathlib
import random

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

FIXTURES = pathlib.Path(__file__).parent.parent / "lib" / "tokenizers" / "fixtures"

SENTENCES = [
    "The reward of a rollout is the mean over its group, less a baseline.",
    "How many apples are left when Tom gives 3 of his 12 apples away?",
    "Die Straße ist naß, und die Äpfel fallen früh.",
    "L'été dernier, nous étions près de la forêt.",
    "¿Cuántos años tiene el señor Muñoz?",
    "モデルは報酬を最大化します。", "模型学习得很快。", "모델이 배웁니다.", "Модель учится быстро.", "النموذج يتعلم بسرعة",
    "def add(a, b):\n    return a + b  # 1 + 1 = 2\n",
    "for (let i = 0; i < 10; i += 1) { console.log(i); }",
    '{"name": "clock", "arguments": {"zone": "UTC"}}',
    "Let x = \\frac{1}{2}; then x^2 = 0.25 and 2x = 1.",
]

TEXTS = [
    "", " ", "a", "Hello, world!", "  two  spaces  ", "tab\tand\nnewline\r\nand\n\n\nmore", "don't I'LL we've",
    "12345678901234567890", "3.14159 and 1,000,000", "x = 0.25; y=x**2", "ALL CAPS and MiXeD", "naïve café Ångström",
    "e\u0301 and é are one after NFC", "\u1e9b\u0323 \ufb01 \u2460", "日本語のテキスト", "中文，标点。", "한국어 텍스트", "שלום עולם",
    "مرحبا بالعالم", "😀👩‍👩‍👧‍👦🏳️‍🌈", "a\u200bzero\u200dwidth", "\u00a0no-break\u00a0space", "tail   ", "\n\n",
    "<|im_start|>user\nhi<|im_end|>\n", "text<|im_end|>more", "<|im_end|", "<s>begin</s> end", "</s></s>", "<unk>",
    "<think>\nso\n</think>\n\nanswer", "\ufeffmark", "\x00\x01control", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "ﷺ", "ꙮ", "½ ¾ ² ³", "'s 't 're", "_under_score_",
    "https://example.org/a?b=c&d=%20#e", "a" * 200, "ab" * 50 + " " * 30 + "c",
]

CHATML = """\
{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}{{- messages[0].content + '\\n\\n' }}{% endif %}
    {{- 'Tools:' }}
    {%- for tool in tools %}
        {{- '\\n' }}{{- tool | tojson }}
    {%- endfor %}
    {{- '<|im_end|>\\n' }}
{%- elif messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- set last = namespace(question=-1) %}
{%- for message in messages %}
    {%- if message.role == 'user' %}{% set last.question = loop.index0 %}{% endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.role == 'user' or (message.role == 'system' and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- elif message.role == 'assistant' %}
        {%- set content = message.content if message.content is string else '' %}
        {%- if '</think>' in content and loop.index0 < last.question %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {{- '<|im_start|>assistant\\n' + content }}
        {%- for call in message.tool_calls or [] %}
            {%- set call = call.function if call.function else call %}
            {{- '\\n<tool_call>{"name": "' + call.name + '", "arguments": ' }}
            {{- call.arguments if call.arguments is string else call.arguments | tojson }}
            {{- '}</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == 'tool' %}
        {%- if loop.first or messages[loop.index0 - 1].role != 'tool' %}{{- '<|im_start|>user' }}{% endif %}
        {{- '\\n<tool_response>\\n' + message.content + '\\n</tool_response>' }}
        {%- if loop.last or messages[loop.index0 + 1].role != 'tool' %}{{- '<|im_end|>\\n' }}{% endif %}
    {%- elif message.role != 'system' %}
        {{- raise_exception('Unknown role: ' + message.role) }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{% endif %}
{%- endif %}
"""

INST = """\
{{ bos_token }}{% for message in messages %}
{% if message['role'] == 'user' %}
[INST] {{ message['content'] | trim }} [/INST]
{%- elif message['role'] == 'assistant' %}
 {{ message['content'] | trim }}{{ eos_token }}
{%- else %}
{{ raise_exception('Only user and assistant speak here') }}
{%- endif %}
{% endfor %}
"""

TOOLS = [
    {"type": "function", "function": {"name": "clock", "description": "Gibt die Zeit für <zone> & mehr — “genau”.",
     "parameters": {"type": "object", "properties": {"zone": {"type": "string", "enum": ["UTC", "CET"]},
      "digits": {"type": "integer", "minimum": 0, "default": 2.5}}, "required": ["zone"]}}},
    {"type": "function", "function": {"name": "none", "parameters": {"type": "object", "properties": {}}}},
]

ASK = [{"role": "user", "content": "What time is it?"}]
TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "2+2?"},
    {"role": "assistant", "content": "<think>\nadd\n</think>\n\n4"},
    {"role": "user", "content": "  And 3+3?  "},
    {"role": "assistant", "content": "<think>\nadd again\n</think>\n\n6"},
]
CALLS = [
    *ASK,
    {"role": "assistant", "content": None, "tool_calls": [
        {"id": "a", "type": "function", "function": {"name": "clock", "arguments": {"zone": "UTC", "digits": 2, "x": [1.5, None, True]}}},
        {"id": "b", "type": "function", "function": {"name": "clock", "arguments": '{"zone": "CET"}'}}]},
    {"role": "tool", "content": "12:00", "tool_call_id": "a"},
    {"role": "tool", "content": "13:00", "tool_call_id": "b"},
    {"role": "assistant", "content": "Noon, or one o'clock: 🕐."},
]

CHATS = [
    {"messages": ASK, "generate": True}, {"messages": ASK, "generate": False}, {"messages": TALK, "generate": False},
    {"messages": TALK[:4], "generate": True}, {"messages": CALLS, "generate": False},
    {"messages": CALLS[:4], "generate": True, "tools": TOOLS}, {"messages": TALK[:2], "generate": True, "tools": TOOLS},
    {"messages": ASK, "generate": True, "variables": {"enable_thinking": False}},
    {"messages": ASK, "generate": True, "variables": {"enable_thinking": True}},
    {"messages": [{"role": "oracle", "content": "?"}], "generate": True},
    {"messages": [*ASK, {"role": "assistant", "content": " Noon. "}, *ASK], "generate": True},
]


def corpus():
    draw = random.Random(7)
    for _ in range(400):
        words = " ".join(draw.sample(SENTENCES, 3)).split(" ")
        yield " ".join([*words, str(draw.randrange(10 ** 6))])


def bytes_bpe():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    words = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(words), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(vocab_size=700, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(corpus(), trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>",
                                   additional_special_tokens=["<|im_start|>"], clean_up_tokenization_spaces=False)
    fast.add_tokens(["<think>", "</think>"])
    fast.chat_template = CHATML
    return fast


def pieces_bpe():
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    alphabet = [chr(code) for code in range(32, 127)]
    trainer = trainers.BpeTrainer(vocab_size=600, show_progress=False, limit_alphabet=120, initial_alphabet=alphabet, max_token_length=12,
        special_tokens=["<unk>", "<s>", "</s>", *[f"<0x{byte:02X}>" for byte in range(256)]])
    tokenizer.train_from_iterator(corpus(), trainer)
    # the trainer takes byte tokens for special ones, which they are not
    raw = json.loads(tokenizer.to_str())
    raw["added_tokens"] = [token for token in raw["added_tokens"] if not token["content"].startswith("<0x")]
    tokenizer = Tokenizer.from_str(json.dumps(raw))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>",
                                   clean_up_tokenization_spaces=False)
    fast.chat_template = INST
    return fast


def chat_case(tokenizer, chat):
    options = {"tools": chat.get("tools"), "add_generation_prompt": chat["generate"], **chat.get("variables", {})}
    try:
        text = tokenizer.apply_chat_template(chat["messages"], tokenize=False, **options)
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        return {**chat, "text": text, "ids": ids}
    except Exception as error:
        return {**chat, "error": str(error)}


def text_case(tokenizer, text):
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    return {"text": text, "ids": ids, "withSpecial": tokenizer(text)["input_ids"],
            "decoded": tokenizer.decode(ids, skip_special_tokens=True), "raw": tokenizer.decode(ids, skip_special_tokens=False)}


def write(name, tokenizer):
    folder = FIXTURES / name
    tokenizer.save_pretrained(folder)
    golden = {"size": len(tokenizer), "eos": tokenizer.eos_token_id, "texts": [text_case(tokenizer, text) for text in TEXTS],
              "chats": [chat_case(tokenizer, chat) for chat in CHATS]}
    lines = [f"{json.dumps(key)}: " + (json.dumps(value) if isinstance(value, int) else
             "[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in value) + "\n]") for key, value in golden.items()]
    (folder / "golden.json").write_text("{" + ",\n".join(lines) + "}\n")


write("bytes-chatml", bytes_bpe())
write("pieces-inst", pieces_bpe())
