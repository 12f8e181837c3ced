#!/bin/bash
# Environment of self_hosted.yaml. Fill in, then: source recipes/my_task/self_hosted.env.sh

# Paths
export NEXRL_PATH="/path/to/nexrl"
export NEXRL_DATA_PATH="/path/to/data"
export NEXRL_MODEL_PATH="/path/to/models"
export EXPERIMENT_PATH="/path/to/experiments/my_task"

# Services
export INFERENCE_BASE_URL="http://localhost:8000"
export API_SERVER_URL="localhost"

# Logging
export WANDB_KEY="your_key"
export WANDB_HOST="https://api.wandb.ai"

# Create directories
mkdir -p "${EXPERIMENT_PATH}/ckpt"
mkdir -p "${EXPERIMENT_PATH}/sync_weight"
