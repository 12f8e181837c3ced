from nexrl.rollout_worker import BaseNexAURolloutWorker
from typing import Any

class MyTaskWorker(BaseNexAURolloutWorker):
    """Custom worker for my task."""

    def format_task_query(self, data_item: dict[str, Any]) -> str:
        """Format data item into task query."""
        # Extract relevant fields
        context = data_item.get("context", "")
        question = data_item.get("question", "")

        # Format prompt
        query = f"""Context: {context}

Question: {question}

Please provide your answer:"""

        return query

    def get_train_loss_mask(self, trajectory_infos: list[dict]) -> list[bool]:
        """Custom loss mask for training."""
        mask = []
        for traj_info in trajectory_infos:
            # Only train on final answer, not intermediate steps
            is_final_answer = traj_info.get("is_final", False)
            mask.append(is_final_answer)
        return mask
