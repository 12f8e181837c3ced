#!/bin/bash
# Environment of weaver.yaml. Fill in, then: source recipes/arithmetic/weaver.env.sh
export WEAVER_API_KEY="your_key"
