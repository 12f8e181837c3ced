#!/bin/bash
# Environment of tinker.yaml. Fill in, then: source recipes/my_task/tinker.env.sh

# Paths
export NEXRL_DATA_PATH="/path/to/data"
export NEXRL_MODEL_PATH="/path/to/models"
export EXPERIMENT_PATH="/path/to/experiments/my_task"

# Service
export TINKER_API_KEY="your_key"

# Logging
export WANDB_KEY="your_key"
export WANDB_HOST="https://api.wandb.ai"

# Create directories
mkdir -p "${EXPERIMENT_PATH}"
