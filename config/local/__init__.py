"""The whole system on one machine: servers, product processes, and one runner that answers for all.

`python -m config.local` is what `./start` calls. Nothing here imports Django: the product runs in processes
of its own, with the same commands and environment variables as anywhere (docs/operations.md).
"""
