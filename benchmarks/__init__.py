"""Measured comparisons: each figure beside its reference in the same run. `benchmarks/run --help`."""
