"""The part of NexRL's Python API that recipes import, as it ships with Galley.

An installed nexrl takes its place. Standard library only, Python 3.10 or newer.
"""
