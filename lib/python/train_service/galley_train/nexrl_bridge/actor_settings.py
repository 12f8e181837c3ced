"""What NexRL takes from its configuration once, against what the protocol says with each step. Standard library only."""

from typing import Any

from ..refusal import Refusal

_ADAM = {"betas": (0.9, 0.999), "weight_decay": 1e-2}
_EPSILON = 1e-8


class ActorSettings:
    """Of `service.train_service.<name>`: NexRL's loss and optimizer are its actor's, whatever a request says."""

    def __init__(self, config: dict) -> None:
        actor = config.get("actor")
        if not isinstance(actor, dict):
            raise Refusal("invalid_request", "NexRL needs service.train_service.<name>.actor: write the actor's settings into the recipe")
        self._actor = actor
        if not actor.get("do_old_log_prob_compute"):
            raise Refusal("unsupported", "NexRL ignores the sampler's log-probabilities unless actor.do_old_log_prob_compute is true: set it")
        if actor.get("ppo_epochs", 1) != 1:
            raise Refusal("unsupported", f"actor.ppo_epochs is {actor['ppo_epochs']}: a step would be several. Set it to 1")

    @property
    def sampling_temperature(self) -> float:
        return self._actor.get("rollout", {}).get("temperature", 1.0)

    def check_loss(self, loss: dict) -> None:
        kind, actor = loss["kind"], self._actor
        wanted = {"importance_sampling": "importance_sampling", "ppo": "NX_20250515"}[kind]
        _equal("actor.loss_func_type", actor.get("loss_func_type"), wanted, f"the loss {kind}")
        _equal("actor.loss_agg_mode", actor.get("loss_agg_mode"), "token-mean", "token weights of 0 and 1")
        _equal("actor.entropy_coeff", actor.get("entropy_coeff"), loss["entropy_coefficient"], "the loss")
        _equal("actor.use_kl_loss", bool(actor.get("use_kl_loss")), False, "the bridge")
        if loss.get("kl") is not None:
            raise Refusal("unsupported", "NexRL's workers compute no reference log-probabilities: put the KL into the reward")
        if kind == "ppo":
            both = actor.get("clip_ratio")
            for name, bound in (("clip_ratio_low", "clip_low"), ("clip_ratio_high", "clip_high")):
                found = actor.get(name) if actor.get(name) is not None else both
                _equal(f"actor.{name}", found, loss[bound], "the loss")
            if loss["dual_clip"] is not None:
                raise Refusal("unsupported", "NexRL's NX_20250515 has no dual clip: set config.clip_ratio_c to null")

    def check_optimizer(self, optimizer: dict) -> None:
        optim = {**_ADAM, **(self._actor.get("optim") or {})}
        beta1, beta2 = optim["betas"]
        for name, found, wanted in (
            ("actor.optim.lr", optim.get("lr"), optimizer["learning_rate"]),
            ("actor.optim.betas[0]", beta1, optimizer["beta1"]),
            ("actor.optim.betas[1]", beta2, optimizer["beta2"]),
            ("actor.optim.weight_decay", optim["weight_decay"], optimizer["weight_decay"]),
            ("actor.grad_clip", self._actor.get("grad_clip"), optimizer["grad_clip"]),
            ("the epsilon of NexRL's AdamW", _EPSILON, optimizer["epsilon"]),
        ):
            _equal(name, found, wanted, "the step")

    def check_rows(self, rows: int, world_size: int) -> None:
        """More rows than a mini-batch would be more than one step of NexRL's optimizer."""
        parallel = world_size // max(1, self._actor.get("ulysses_sequence_parallel_size") or 1)
        mini = self._actor["ppo_mini_batch_size"] * self._actor.get("rollout", {}).get("n", 1) // parallel
        if rows // parallel > mini:
            raise Refusal(
                "unsupported",
                f"The step has {rows} sequences, and NexRL would take {-(-rows // parallel // mini)} optimizer steps: "
                f"raise actor.ppo_mini_batch_size, or lower data.batch_size.",
            )


def _equal(name: str, found: Any, wanted: Any, asker: str) -> None:
    same = found == wanted
    if isinstance(found, (int, float)) and isinstance(wanted, (int, float)):
        same = abs(found - wanted) <= 1e-9 * max(abs(found), abs(wanted), 1e-12)
    if not same:
        raise Refusal("unsupported", f"{name} is {found!r}, and {asker} wants {wanted!r}. NexRL takes it from its configuration alone: make them equal.")
