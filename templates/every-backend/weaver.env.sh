#!/bin/bash
# Environment of weaver.yaml. Fill in, then: source recipes/my_task/weaver.env.sh

# Paths
export NEXRL_DATA_PATH="/path/to/data"
export NEXRL_MODEL_PATH="/path/to/models"
export EXPERIMENT_PATH="/path/to/experiments/my_task"

# Service
export WEAVER_API_KEY="your_key"

# Logging
export WANDB_KEY="your_key"
export WANDB_HOST="https://api.wandb.ai"

# Create directories
mkdir -p "${EXPERIMENT_PATH}"
