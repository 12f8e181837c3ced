"""Drives Galley's embedded service with an unmodified openai client.

    python interop/openai_client.py --base-url http://127.0.0.1:8787 --key tml-...

Every check is a function; the last line of output is JSON with the counts.
"""

import argparse
import importlib.metadata
import json
import sys
import traceback

import openai

MODEL = "galley/embedded-small"
PROMPT = [10, 20, 30, 40]
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


class Place:
    def __init__(self, base_url, key):
        self.base_url = base_url
        self.key = key
        self.client = self.connect(key)

    def connect(self, key):
        return openai.OpenAI(base_url=f"{self.base_url}/v1", api_key=key, max_retries=0, timeout=60)

    def complete(self, **options):
        arguments = {"model": MODEL, "prompt": PROMPT, "max_tokens": 6, "temperature": 1.0, "seed": 3}
        return self.client.completions.create(**{**arguments, **options})

    def chat(self, **options):
        arguments = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 6, "seed": 3}
        return self.client.chat.completions.create(**{**arguments, **options})


def raises(kind, call, *words):
    try:
        call()
    except kind as error:
        for word in words:
            assert word in str(error), f"{word!r} is not in {error}"
        return error
    raise AssertionError("nothing was raised")


@check
def models_are_listed(place):
    ids = [model.id for model in place.client.models.list()]
    assert MODEL in ids, ids


@check
def one_model_is_told(place):
    assert place.client.models.retrieve(MODEL).id == MODEL


@check
def an_unknown_model_is_not_found(place):
    error = raises(openai.NotFoundError, lambda: place.complete(model="no/such"), "no/such", "--stand-in")
    assert error.code == "model_not_found", error.code


@check
def a_wrong_key_is_refused(place):
    error = raises(openai.AuthenticationError, lambda: place.connect("wrong").models.list())
    assert error.code == "invalid_api_key", error.code


@check
def a_prompt_of_token_ids_is_completed(place):
    reply = place.complete()
    assert reply.object == "text_completion" and reply.model == MODEL
    assert reply.choices[0].finish_reason in ("stop", "length")
    assert reply.usage.prompt_tokens == 4
    assert reply.usage.total_tokens == 4 + reply.usage.completion_tokens
    place.first = reply


@check
def a_seed_repeats_its_completion(place):
    assert place.complete().choices[0].text == place.first.choices[0].text
    texts = {place.complete(seed=seed).choices[0].text for seed in range(8)}
    assert len(texts) > 1, texts


@check
def texts_and_batches_are_completed(place):
    assert place.complete(prompt="hello").usage.prompt_tokens == 5
    reply = place.complete(prompt=[[1, 2], [3, 4, 5]], n=2)
    assert [choice.index for choice in reply.choices] == [0, 1, 2, 3]
    assert reply.usage.prompt_tokens == 5


@check
def log_probabilities_come_with_their_tokens(place):
    logprobs = place.complete(logprobs=3).choices[0].logprobs
    assert len(logprobs.tokens) == len(logprobs.token_logprobs) == len(logprobs.text_offset)
    assert all(-20 < value <= 0 for value in logprobs.token_logprobs)
    assert all(3 <= len(row) <= 4 for row in logprobs.top_logprobs)


@check
def exact_ids_come_where_they_are_asked_for(place):
    options = {"return_token_ids": True, "return_tokens_as_token_ids": True}
    choice = place.complete(logprobs=0, extra_body=options).choices[0]
    assert choice.prompt_token_ids == PROMPT
    assert choice.logprobs.tokens == [f"token_id:{token}" for token in choice.token_ids]


@check
def sampled_and_scored_log_probabilities_agree(place):
    choice = place.complete(logprobs=0, extra_body={"return_token_ids": True}).choices[0]
    scored = place.complete(
        prompt=PROMPT + choice.token_ids, max_tokens=1, extra_body={"prompt_logprobs": 0}
    ).choices[0].prompt_logprobs
    assert scored[0] is None
    for token, sampled, row in zip(choice.token_ids, choice.logprobs.token_logprobs, scored[len(PROMPT):]):
        assert abs(row[str(token)]["logprob"] - sampled) < 1e-4, (row, sampled)


@check
def a_stop_token_ends_a_completion(place):
    options = {"return_token_ids": True}
    ids = place.complete(extra_body=options).choices[0].token_ids
    stopped = place.complete(extra_body={**options, "stop_token_ids": [ids[0]]}).choices[0]
    assert stopped.token_ids == ids[:1] and stopped.finish_reason == "stop"


@check
def a_stream_has_the_whole_text_and_the_usage(place):
    text, usage = "", None
    for chunk in place.complete(stream=True, stream_options={"include_usage": True}):
        text += "".join(choice.text for choice in chunk.choices)
        usage = chunk.usage or usage
    assert text == place.first.choices[0].text
    assert usage.total_tokens == place.first.usage.total_tokens


@check
def a_conversation_is_answered(place):
    reply = place.chat()
    assert reply.object == "chat.completion"
    assert reply.choices[0].message.role == "assistant"
    assert reply.choices[0].finish_reason in ("stop", "length")
    assert reply.usage.prompt_tokens == 2
    place.answer = reply.choices[0].message.content


@check
def a_streamed_answer_is_the_same(place):
    pieces, ends = [], []
    for chunk in place.chat(stream=True):
        pieces += [choice.delta.content or "" for choice in chunk.choices]
        ends += [choice.finish_reason for choice in chunk.choices if choice.finish_reason]
    assert "".join(pieces) == place.answer
    assert len(ends) == 1


@check
def an_answer_has_log_probabilities(place):
    content = place.chat(logprobs=True, top_logprobs=2).choices[0].logprobs.content
    assert content and all(-20 < entry.logprob <= 0 for entry in content)
    assert all(len(entry.top_logprobs) == 2 for entry in content)


@check
def tools_are_taken(place):
    tool = {"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {}}}}
    assert place.chat(tools=[tool]).choices[0].finish_reason in ("stop", "length", "tool_calls")


@check
def what_the_model_cannot_do_is_refused(place):
    error = raises(openai.BadRequestError, lambda: place.complete(top_p=0.5), "top_p")
    assert error.param == "top_p", error.param


@check
def a_request_of_a_wrong_form_is_refused(place):
    raises(openai.BadRequestError, lambda: place.complete(max_tokens=-1))


@check
def a_prompt_that_is_too_long_is_refused(place):
    raises(openai.BadRequestError, lambda: place.complete(prompt=[1] * 600), "512")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--key", required=True)
    arguments = parser.parse_args()
    place = Place(arguments.base_url, arguments.key)
    version = importlib.metadata.version("openai")
    counts = {"passed": 0, "failed": 0}
    for function in CHECKS:
        name = function.__name__.replace("_", " ")
        try:
            function(place)
            counts["passed"] += 1
            print(f"  ok    openai {version}: {name}", flush=True)
        except Exception:
            counts["failed"] += 1
            print(f"  FAIL  openai {version}: {name}", flush=True)
            traceback.print_exc(file=sys.stdout)
    print(json.dumps(counts))


main()
