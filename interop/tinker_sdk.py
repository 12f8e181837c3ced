"""Drives Galley's embedded service with an unmodified Tinker SDK.

    python interop/tinker_sdk.py --base-url http://127.0.0.1:8787 --key tml-...

Every check is a function; the last line of output is JSON with the counts. Runs with SDK 0.7.0 to 0.25.0.
"""

import argparse
import importlib.metadata
import json
import math
import sys
import traceback
import urllib.request

import tinker
from tinker import types

MODEL = "galley/embedded-tiny"
PROMPT = [10, 20, 30, 40]
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


class Place:
    """One client, one model, and what the checks hand on to each other."""

    def __init__(self, base_url, key):
        self.base_url = base_url
        self.key = key
        self.service = tinker.ServiceClient(base_url=base_url, api_key=key)
        self.training = self.service.create_lora_training_client(base_model=MODEL, rank=8, seed=1)

    def sampler(self, **place):
        return self.service.create_sampling_client(**place)

    def rest(self):
        return self.service.create_rest_client()

    def post(self, path, body, key=None):
        """A bare request, where the SDK would ask again for minutes."""
        request = urllib.request.Request(
            f"{self.base_url}/api/v1/{path}",
            data=json.dumps(body).encode(),
            headers={"X-API-Key": key or self.key, "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


def prompt(tokens=None):
    return types.ModelInput.from_ints(PROMPT if tokens is None else tokens)


def params(**options):
    return types.SamplingParams(**{"max_tokens": 6, "temperature": 1.0, "seed": 3, **options})


def policy_datum(tokens, logprobs, advantage):
    """Aligned to targets: 0 on those of the prompt."""
    whole = PROMPT + list(tokens)
    before = len(PROMPT) - 1
    return types.Datum(
        model_input=prompt(whole[:-1]),
        loss_fn_inputs={
            "target_tokens": types.TensorData(data=whole[1:], dtype="int64", shape=[len(whole) - 1]),
            "logprobs": types.TensorData(
                data=[0.0] * before + list(logprobs), dtype="float32", shape=[len(whole) - 1]
            ),
            "advantages": types.TensorData(
                data=[0.0] * before + [advantage] * len(tokens), dtype="float32", shape=[len(whole) - 1]
            ),
        },
    )


def imitation_datum(tokens):
    return types.Datum(
        model_input=prompt(tokens[:-1]),
        loss_fn_inputs={
            "target_tokens": types.TensorData(data=tokens[1:], dtype="int64", shape=[len(tokens) - 1]),
            "weights": types.TensorData(
                data=[1.0] * (len(tokens) - 1), dtype="float32", shape=[len(tokens) - 1]
            ),
        },
    )


def close(a, b, tolerance=1e-4):
    assert abs(a - b) <= tolerance, f"{a} is not {b}"


def raises(call, *words):
    try:
        call()
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        for word in words:
            assert word in text, f"{word!r} is not in {text!r}"
        return
    raise AssertionError("nothing was raised")


@check
def capabilities_name_the_models(place):
    names = [model.model_name for model in place.service.get_server_capabilities().supported_models]
    assert MODEL in names, names


@check
def a_model_tells_what_it_is(place):
    info = place.training.get_info()
    assert info.model_data.model_name == MODEL, info
    assert info.model_id == place.training.model_id
    assert info.lora_rank == 8, info


@check
def samples_have_log_probabilities(place):
    place.first = place.training.save_weights_and_get_sampling_client()
    result = place.first.sample(prompt(), 4, params()).result()
    assert len(result.sequences) == 4
    for sequence in result.sequences:
        assert 1 <= len(sequence.tokens) <= 6
        assert len(sequence.logprobs) == len(sequence.tokens)
        assert sequence.stop_reason in ("stop", "length")
        assert all(-20 < logprob <= 0 for logprob in sequence.logprobs)
    assert len({tuple(sequence.tokens) for sequence in result.sequences}) > 1
    place.samples = result.sequences


@check
def a_seed_repeats_its_samples(place):
    again = place.first.sample(prompt(), 4, params()).result()
    assert [list(s.tokens) for s in again.sequences] == [list(s.tokens) for s in place.samples]


@check
def a_base_model_is_sampled_without_training(place):
    base = place.sampler(base_model=MODEL)
    result = base.sample(prompt(), 4, params()).result()
    # nothing was trained yet: the same weights, the same seed
    assert [list(s.tokens) for s in result.sequences] == [list(s.tokens) for s in place.samples]


@check
def prompt_log_probabilities_have_one_entry_per_token(place):
    logprobs = list(place.first.compute_logprobs(prompt()).result())
    assert len(logprobs) == len(PROMPT), logprobs
    assert logprobs[0] is None or math.isnan(logprobs[0]), logprobs
    assert all(logprob <= 0 for logprob in logprobs[1:])


@check
def candidates_of_the_prompt_begin_with_the_likeliest(place):
    result = place.first.sample(
        prompt(), 1, params(), include_prompt_logprobs=True, topk_prompt_logprobs=3
    ).result()
    rows = result.topk_prompt_logprobs
    assert len(rows) == len(PROMPT)
    assert not rows[0]
    for row in rows[1:]:
        values = [logprob for _, logprob in row]
        assert len(values) == 3 and values == sorted(values, reverse=True), values


@check
def stop_tokens_and_greedy_sampling(place):
    greedy = place.first.sample(prompt(), 1, params(temperature=0.0)).result().sequences[0]
    first = list(greedy.tokens)[0]
    stopped = place.first.sample(prompt(), 1, params(temperature=0.0, stop=[first])).result().sequences[0]
    assert list(stopped.tokens) == [first] and stopped.stop_reason == "stop", stopped


@check
def forward_agrees_with_the_sampler(place):
    data = [policy_datum(s.tokens, s.logprobs, 1.0) for s in place.samples]
    result = place.training.forward(data, "importance_sampling").result()
    for output, sample in zip(result.loss_fn_outputs, place.samples):
        row = list(output["logprobs"].data)[len(PROMPT) - 1 :]
        for ours, theirs in zip(row, sample.logprobs):
            close(ours, theirs)


@check
def a_grpo_step_moves_probabilities_along_the_advantages(place):
    advantages = [1.0, -1.0, 1.0, -1.0]
    data = [policy_datum(s.tokens, s.logprobs, a) for s, a in zip(place.samples, advantages)]
    for loss in ("importance_sampling", "ppo", "cispo"):
        backward = place.training.forward_backward(data, loss)
        step = place.training.optim_step(types.AdamParams(learning_rate=1e-3))
        result = backward.result()
        assert set(result.metrics) >= {"loss:sum"}, result.metrics
        assert all(key.count(":") == 1 for key in result.metrics), result.metrics
        assert step.result().metrics["grad_norm:mean"] > 0
    after = place.training.forward(data, "importance_sampling").result()
    change = 0.0
    for output, sample, advantage in zip(after.loss_fn_outputs, place.samples, advantages):
        row = list(output["logprobs"].data)[len(PROMPT) - 1 :]
        change += advantage * (sum(row) - sum(sample.logprobs))
    assert change > 0, change


@check
def losses_are_sums_and_gradients_gather(place):
    data = [imitation_datum([1, 2, 3, 4, 5]), imitation_datum([6, 7, 8])]
    one = [place.training.forward_backward([datum], "cross_entropy").result() for datum in data]
    both = place.training.forward_backward(data, "cross_entropy").result()
    close(sum(result.metrics["loss:sum"] for result in one), both.metrics["loss:sum"], 1e-3)
    total = -sum(sum(output["logprobs"].data) for output in both.loss_fn_outputs)
    close(total, both.metrics["loss:sum"], 1e-3)
    place.training.optim_step(types.AdamParams(learning_rate=0.0)).result()


@check
def cross_entropy_is_learned(place):
    data = [imitation_datum([100, 101, 102, 103, 104, 105])]
    losses = []
    for _ in range(12):
        backward = place.training.forward_backward(data, "cross_entropy")
        place.training.optim_step(types.AdamParams(learning_rate=1e-2)).result()
        losses.append(backward.result().metrics["loss:sum"])
    assert losses[-1] < losses[0] / 2, losses


@check
def clip_bounds_can_be_set_where_the_sdk_lets_them(place):
    data = [policy_datum(s.tokens, s.logprobs, 1.0) for s in place.samples]
    config = {"clip_low_threshold": 0.9, "clip_high_threshold": 1.1}
    place.training.forward_backward(data, "ppo", config).result()
    place.training.optim_step(types.AdamParams(learning_rate=0.0)).result()


@check
def a_sampler_keeps_its_weights_while_training_goes_on(place):
    again = place.first.sample(prompt(), 4, params()).result()
    assert [list(s.tokens) for s in again.sequences] == [list(s.tokens) for s in place.samples]


@check
def named_weights_reach_a_new_sampler(place):
    path = place.training.save_weights_for_sampler("step_000001").result().path
    assert path.startswith("tinker://") and path.endswith("/sampler_weights/step_000001"), path
    trained = place.sampler(model_path=path)
    forward = place.training.forward(
        [policy_datum(place.samples[0].tokens, place.samples[0].logprobs, 1.0)], "importance_sampling"
    ).result()
    expected = list(forward.loss_fn_outputs[0]["logprobs"].data)
    whole = PROMPT + list(place.samples[0].tokens)
    seen = list(trained.compute_logprobs(prompt(whole)).result())[1:]
    for ours, theirs in zip(seen, expected):
        close(ours, theirs)


@check
def a_state_comes_back_as_it_was(place):
    data = [policy_datum(s.tokens, s.logprobs, 1.0) for s in place.samples]
    look = lambda client: [
        list(output["logprobs"].data)
        for output in client.forward(data, "importance_sampling").result().loss_fn_outputs
    ]
    before = look(place.training)
    place.state = place.training.save_state("checkpoint-1").result().path
    place.training.forward_backward(data, "importance_sampling").result()
    place.training.optim_step(types.AdamParams(learning_rate=1e-2)).result()
    assert look(place.training) != before
    place.training.load_state(place.state).result()
    assert look(place.training) == before
    other = place.service.create_training_client_from_state(place.state)
    assert other.model_id != place.training.model_id
    assert look(other) == before


@check
def checkpoints_and_runs_are_listed(place):
    rest = place.rest()
    listed = rest.list_checkpoints(place.training.model_id).result().checkpoints
    paths = {checkpoint.tinker_path: checkpoint.checkpoint_type for checkpoint in listed}
    assert paths[place.state] == "training", paths
    assert "sampler" in paths.values(), paths
    run = rest.get_training_run(place.training.model_id).result()
    assert run.base_model == MODEL and run.is_lora and run.lora_rank == 8, run
    assert place.training.model_id in [
        each.training_run_id for each in rest.list_training_runs().result().training_runs
    ]
    assert rest.get_weights_info_by_tinker_path(place.state).result().base_model == MODEL


@check
def a_checkpoint_is_deleted(place):
    path = place.training.save_state("to-delete").result().path
    rest = place.rest()
    rest.delete_checkpoint_from_tinker_path(path).result()
    listed = rest.list_checkpoints(place.training.model_id).result().checkpoints
    assert path not in [checkpoint.tinker_path for checkpoint in listed]


@check
def several_models_train_side_by_side(place):
    others = [place.service.create_lora_training_client(base_model=MODEL, rank=4) for _ in range(2)]
    data = [imitation_datum([50, 51, 52, 53])]
    futures = [client.forward_backward(data, "cross_entropy") for client in others]
    steps = [client.optim_step(types.AdamParams(learning_rate=1e-3)) for client in others]
    first, second = [future.result().metrics["loss:sum"] for future in futures]
    close(first, second, 1e-6)
    for step in steps:
        step.result()


@check
def many_samples_at_once(place):
    futures = [place.first.sample(prompt([index, 1, 2]), 2, params(seed=index)) for index in range(64)]
    assert all(len(future.result().sequences) == 2 for future in futures)


@check
def an_unknown_base_model_is_named(place):
    raises(
        lambda: place.service.create_lora_training_client(base_model="no/such-model"),
        "no/such-model",
        MODEL,
    )


@check
def an_unknown_checkpoint_is_named(place):
    raises(lambda: place.training.load_state(place.state + "-missing").result(), "checkpoint-1-missing")


@check
def a_wrong_tensor_is_named_and_the_model_goes_on(place):
    client = place.service.create_lora_training_client(base_model=MODEL, rank=4)
    wrong = imitation_datum([1, 2, 3, 4])
    wrong.loss_fn_inputs["weights"] = types.TensorData(data=[1.0], dtype="float32", shape=[1])
    raises(lambda: client.forward_backward([wrong], "cross_entropy").result(), "data[0]", "weights")
    # the failed pass leaves a gradient that is not whole: the step says so, the next one works
    raises(lambda: client.optim_step(types.AdamParams(learning_rate=1e-3)).result(), "No step was taken")
    client.forward_backward([imitation_datum([1, 2, 3, 4])], "cross_entropy").result()
    client.optim_step(types.AdamParams(learning_rate=1e-3)).result()


@check
def a_prompt_that_is_too_long_is_refused(place):
    raises(lambda: place.first.sample(prompt([1] * 100), 1, params()).result(), "context")


@check
def a_wrong_key_is_refused(place):
    status, body = place.post("create_session", {"sdk_version": "0", "tags": []}, key="tml-wrong")
    assert status == 401 and body["category"] == "user", (status, body)


@check
def a_repeated_step_is_taken_once(place):
    client = place.service.create_lora_training_client(base_model=MODEL, rank=4)
    data = {
        "data": [
            {
                "model_input": {"chunks": [{"type": "encoded_text", "tokens": [1, 2, 3]}]},
                "loss_fn_inputs": {"target_tokens": {"data": [2, 3, 4], "dtype": "int64", "shape": [3]}},
            }
        ],
        "loss_fn": "cross_entropy",
    }
    backward = {"model_id": client.model_id, "seq_id": 1, "forward_backward_input": data}
    step = {"model_id": client.model_id, "seq_id": 2, "adam_params": {"learning_rate": 0.01}}
    # the step first: it waits for its gradient
    submits = [place.post("optim_step", step), place.post("forward_backward", backward)]
    submits += [place.post("optim_step", step), place.post("forward_backward", backward)]
    ids = [body["request_id"] for _, body in submits]
    assert ids[0] == ids[2] and ids[1] == ids[3], ids
    results = [place.post("retrieve_future", {"request_id": id})[1] for id in ids]
    assert results[0] == results[2] and "metrics" in results[0], results
    other = {**step, "adam_params": {"learning_rate": 0.5}}
    status, body = place.post("optim_step", other)
    assert status == 409 and "error" in body, (status, body)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--key", required=True)
    options = parser.parse_args()
    version = importlib.metadata.version("tinker")
    place = Place(options.base_url, options.key)
    failed = 0
    for function in CHECKS:
        name = function.__name__.replace("_", " ")
        try:
            function(place)
            print(f"  ok    tinker {version}: {name}", flush=True)
        except Exception:
            failed += 1
            print(f"  FAIL  tinker {version}: {name}", flush=True)
            traceback.print_exc()
    print(json.dumps({"passed": len(CHECKS) - failed, "failed": failed}), flush=True)
    # the SDK's threads would hold the process for a while
    import os

    sys.stdout.flush()
    os._exit(0)


main()
