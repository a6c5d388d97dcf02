"""Benchmarks, `./run.sh bench`: each result is a ratio to a floor that is measured in the same run."""
