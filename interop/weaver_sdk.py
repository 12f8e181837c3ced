"""The unmodified nex-weaver SDK against the embedded service. The last line is JSON with the counts of checks."""

import argparse
import json
import math
import sys
import traceback

from weaver import ServiceClient
from weaver.types import AdamParams, Datum, ModelInput, SamplingParams

MODEL = "galley/embedded-tiny"
PROMPT = list(b"ab")
ANSWER = list(b"cd")


def datum(advantage: float | None = None, logprobs: list[float] | None = None) -> Datum:
    tokens = PROMPT + ANSWER
    targets = tokens[1:]
    asked = len(PROMPT) - 1
    inputs: dict = {"target_tokens": targets}
    if advantage is None:
        inputs["weights"] = [0.0] * asked + [1.0] * len(ANSWER)
    else:
        inputs["advantages"] = [0.0] * asked + [advantage] * len(ANSWER)
        inputs["logprobs"] = logprobs
        inputs["loss_mask"] = [0.0] * asked + [1.0] * len(ANSWER)
    return Datum(model_input=ModelInput.from_ints(tokens[:-1]), loss_fn_inputs=inputs)


def logprobs_of(result: dict) -> list[float]:
    inner = result.get("result", result)
    return inner["loss_fn_outputs"][0]["logprobs"]["data"]


class Checks:
    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url
        self.key = key
        self.service = ServiceClient(base_url=base_url, api_key=key)
        self.service.connect()
        self.training = self.service.create_model(base_model=MODEL, lora_config={"rank": 8})

    def models_are_listed(self) -> None:
        assert MODEL in self.service.list_supported_models()

    def forward_tells_log_probabilities(self) -> None:
        row = logprobs_of(self.training.forward([datum()], "forward_logprob"))
        assert len(row) == len(PROMPT + ANSWER) - 1 and all(value < 0 for value in row)

    def imitation_makes_the_answer_likelier(self) -> None:
        before = logprobs_of(self.training.forward([datum()], "forward_logprob"))
        for _ in range(5):
            self.training.forward_backward([datum()], "cross_entropy")
            self.training.optim_step(AdamParams(learning_rate=1e-2, weight_decay=0.0))
        after = logprobs_of(self.training.forward([datum()], "forward_logprob"))
        assert sum(after[-2:]) > sum(before[-2:]), (before, after)

    def a_negative_advantage_makes_it_less_likely(self) -> None:
        before = logprobs_of(self.training.forward([datum()], "forward_logprob"))
        # more than one step: the moments of earlier ones still point the other way
        for _ in range(8):
            self.training.forward_backward([datum(-1.0, before)], "importance_sampling")
            self.training.optim_step(AdamParams(learning_rate=1e-2, weight_decay=0.0))
        after = logprobs_of(self.training.forward([datum()], "forward_logprob"))
        assert sum(after[-2:]) < sum(before[-2:]), (before, after)

    def samples_have_log_probabilities(self) -> None:
        sampler = self.training.save_weights_and_get_sampling_client(name="sampled")
        params = SamplingParams(max_tokens=4, temperature=1.0, seed=3)
        result = sampler.sample(prompt=ModelInput.from_ints(PROMPT), sampling_params=params, num_samples=2)
        assert len(result["sequences"]) == 2
        for sequence in result["sequences"]:
            assert len(sequence["tokens"]) == len(sequence["logprobs"]) > 0

    def the_sampler_and_the_trainer_agree(self) -> None:
        sampler = self.training.save_weights_and_get_sampling_client(name="agreed")
        told = sampler.compute_logprobs(prompt=ModelInput.from_ints(PROMPT + ANSWER))
        trained = logprobs_of(self.training.forward([datum()], "forward_logprob"))
        assert told[0] is None
        assert all(math.isclose(a, b, abs_tol=1e-4) for a, b in zip(told[1:], trained)), (told, trained)

    def a_state_is_saved_listed_and_loaded(self) -> None:
        saved = self.training.save_state(name="state", checkpoint_type="weight_and_optimizer")
        assert saved.path.startswith("weaver://") and saved.path in [c.path for c in self.training.list_checkpoints()]
        before = logprobs_of(self.training.forward([datum()], "forward_logprob"))
        self.training.forward_backward([datum()], "cross_entropy")
        self.training.optim_step(AdamParams(learning_rate=1e-2))
        self.training.load_state_with_optimizer(saved)
        assert logprobs_of(self.training.forward([datum()], "forward_logprob")) == before

    def an_unknown_loss_is_told(self) -> None:
        try:
            self.training.forward_backward([datum()], "no_such_loss")
        except Exception as error:  # the SDK's own class
            assert "no_such_loss" in str(error), error
            return
        raise AssertionError("it was taken")

    def a_wrong_key_is_refused(self) -> None:
        try:
            ServiceClient(base_url=self.base_url, api_key="sk-wrong").connect()
        except Exception as error:
            assert "401" in str(error), error
            return
        raise AssertionError("it was let in")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--key", required=True)
    args = parser.parse_args()
    checks = Checks(args.base_url, args.key)
    counts = {"passed": 0, "failed": 0}
    for name in [name for name in vars(Checks) if not name.startswith("_")]:
        try:
            getattr(checks, name)()
            counts["passed"] += 1
            print(f"  ok    weaver: {name.replace('_', ' ')}")
        except Exception:
            counts["failed"] += 1
            print(f"  FAIL  weaver: {name.replace('_', ' ')}\n{traceback.format_exc()}")
    checks.service.close()
    print(json.dumps(counts))
    sys.stdout.flush()


main()
