"""The Python half of lib/python: frames, calls, prints and errors of a recipe's own code."""
