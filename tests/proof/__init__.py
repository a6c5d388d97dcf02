"""The experiments behind `./run.sh prove`."""
