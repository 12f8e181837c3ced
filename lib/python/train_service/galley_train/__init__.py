"""A training server for Galley's train-service protocol, version 1 (docs/protocols/train-service.md)."""

VERSION = "0.1.0"
