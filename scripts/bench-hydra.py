"""Times Hydra and OmegaConf on the layers given as JSON on standard input; prints medians in milliseconds as JSON."""

import json
import logging
import os
import statistics
import sys
import tempfile
import time

try:
    from hydra import compose, initialize_config_dir
    from omegaconf import OmegaConf
except ImportError:
    print("null")
    sys.exit(0)

job = json.load(sys.stdin)
os.environ.update(job["env"])
logging.disable(logging.CRITICAL)


def median_ms(work, rounds):
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


with tempfile.TemporaryDirectory() as folder:
    for name, text in job["files"].items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    with initialize_config_dir(version_base="1.3", config_dir=folder):
        hydra = median_ms(
            lambda: OmegaConf.to_container(compose(config_name=job["config"]), resolve=True), job["rounds"]
        )

print(json.dumps({"hydra": hydra}))
