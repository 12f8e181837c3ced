#!/bin/bash
# Environment of tinker.yaml. Fill in, then: source recipes/arithmetic/tinker.env.sh
export TINKER_API_KEY="your_key"
