"""The parts of `scripts/benchmark.py`: messages, contestants, one measurement per process, the report."""
