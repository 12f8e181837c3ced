"""Hands what a run says to the Python package of a tracker. Started by Galley: galley_tracker.py wandb|swanlab

One JSON object per line: {"op": "open" | "log" | "end", ...} on the input, {"ok": true}, {"error": ...} or
{"refused": ...} for each on the output. When the input ends before the run has, the run's process is gone.
"""

import json
import os
import sys


class Wandb:
    REFUSALS = ("UsageError", "AuthenticationError")

    def __init__(self, run):
        import wandb

        self.run = wandb.init(
            project=run["project"],
            name=run["name"],
            id=run["key"],
            resume="allow",
            config=run["config"],
            allow_val_change=True,
            tags=[tag[:64] for tag in run["tags"] if tag],
            dir=run["folder"],
            save_code=False,
            settings=wandb.Settings(console="off"),
        )
        # a resumed run trains some steps again: its own steps are the axis, not the number of the call
        self.run.define_metric("step")
        self.run.define_metric("*", step_metric="step")

    def log(self, step, values):
        self.run.log({"step": step, **values})

    def end(self, status):
        self.run.summary["status"] = status
        self.run.finish(exit_code=1 if status == "failed" else 0)


class SwanLab:
    REFUSALS = ("KeyFileError", "ValidationError", "UnauthorizedError")

    def __init__(self, run):
        import swanlab

        self.swanlab = swanlab
        mode = os.environ.get("SWANLAB_MODE") or "cloud"
        # only the service can continue a run
        resuming = {"id": run["key"], "resume": "allow"} if mode in ("cloud", "online") else {}
        swanlab.init(
            project=run["project"],
            experiment_name=run["name"],
            config=run["config"],
            tags=run["tags"],
            logdir=run["folder"],
            mode=mode,
            **resuming,
        )

    def log(self, step, values):
        self.swanlab.log(values, step=step)

    def end(self, status):
        try:
            from swanlab.data.run.main import SwanLabRunState
        except ImportError:
            # it stands elsewhere in this version: the run is over, whatever its end is called
            return self.swanlab.finish()
        if status == "failed":
            return self.swanlab.finish(SwanLabRunState.CRASHED, error="The run failed.")
        return self.swanlab.finish()


TRACKERS = {"wandb": Wandb, "swanlab": SwanLab}


def main(name):
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # what the package prints is no answer
    os.dup2(2, 1)
    tracker = None
    for line in sys.stdin:
        message = json.loads(line)
        try:
            if message["op"] == "open":
                tracker = TRACKERS[name](message["run"])
            elif message["op"] == "log":
                for point in message["points"]:
                    values = {key: float(value) for key, value in point["values"].items()}
                    tracker.log(point["step"], values)
            else:
                tracker.end(message["status"])
                tracker = None
            answer = {"ok": True}
        except ModuleNotFoundError as error:
            answer = {"refused": f"{error}. Install it: pip install {name}."}
        except Exception as error:
            kind = type(error).__name__
            answer = {"refused" if kind in TRACKERS[name].REFUSALS else "error": f"{kind}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    if tracker is not None:
        tracker.end("failed")


if __name__ == "__main__":
    main(sys.argv[1])
