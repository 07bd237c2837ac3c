"""The same workloads on pagedradix and on what a user would pick instead: `python -m peers`."""
