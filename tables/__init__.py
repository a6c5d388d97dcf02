"""The tables, by subject; `models` has them all."""
