"""Replays recorded exchanges of real accounts against the emulated ones and compares the answers.

The recordings are other people's and not in this repository; their folder is an argument. Run one with
``uv run python -m tests.recorded salesforce FOLDER``. A folder holds ``exchanges*.jsonl.gz``, one exchange a line: its
``method``, ``path``, ``query``, ``body``, ``status``, ``response`` and ``response_headers``, of which ``date`` is read.
"""
