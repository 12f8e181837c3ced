#!/bin/bash
# Environment of self_hosted.yaml. Fill in, then: source recipes/pig_latin/self_hosted.env.sh

# Paths
export NEXRL_MODEL_PATH="/path/to/models"
export EXPERIMENT_PATH="/path/to/experiments/pig_latin"

# Services
export INFERENCE_BASE_URL="http://localhost:8000"
export API_SERVER_URL="localhost"

# Create directories
mkdir -p "${EXPERIMENT_PATH}/ckpt"
mkdir -p "${EXPERIMENT_PATH}/sync_weight"
