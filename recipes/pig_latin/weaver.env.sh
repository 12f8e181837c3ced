#!/bin/bash
# Environment of weaver.yaml. Fill in, then: source recipes/pig_latin/weaver.env.sh
export WEAVER_API_KEY="your_key"
