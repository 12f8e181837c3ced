#!/bin/bash
# Environment of tinker.yaml. Fill in, then: source recipes/pig_latin/tinker.env.sh
export TINKER_API_KEY="your_key"
