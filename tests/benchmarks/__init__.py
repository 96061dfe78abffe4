"""Benchmarks: scripts that print one JSON line each. Run one with ``uv run python -m tests.benchmarks.csv_load``."""
