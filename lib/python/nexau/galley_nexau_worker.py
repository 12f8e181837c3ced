"""The worker behind `rollout_worker.runtime: nexau`: the `nexau` package runs the recipe's agent."""

import os
import sys
from types import SimpleNamespace
from typing import Any

import nexau  # noqa: F401  (a missing package is told when the worker loads)
from galley_host.nexau_agent import load_nexau_agent


class NexAUWorker:
    def __init__(self, config: Any) -> None:
        self._file = config["nexau_agent_config_path"]
        workspace = config.get("nexau_agent_workspace") or os.path.dirname(self._file)
        if workspace not in sys.path:
            sys.path.insert(0, workspace)
        # what is wrong with the file is told before the first rollout
        load_nexau_agent(self._file)

    def run_agent(self, task: dict[str, Any]) -> Any:
        query = next((task[key] for key in ("prompt", "query", "question") if task.get(key)), None)
        if not isinstance(query, str):
            raise ValueError("The row has no text in prompt, query or question.")
        agent, provider = load_nexau_agent(self._file)
        answer = agent.run(message=query, custom_llm_client_provider=provider)
        # an agent that keeps a state gives it beside the answer
        return SimpleNamespace(final_answer=answer[0] if isinstance(answer, tuple) else answer)
