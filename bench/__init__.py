"""Benchmarks: each prints our time beside a floor measured in the same run."""
