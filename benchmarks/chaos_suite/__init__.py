"""Chaos: campaigns of thousands through real processes, while what they stand on is killed, stalled and cut.

`benchmarks/chaos` runs it. Afterwards the carrier's own record is held against the audience (`verdict`): nobody lost,
nobody texted twice, nobody after a STOP, every text at its end, and our own counts saying the same.
What it does, and how its findings are read, is written in docs/chaos.md.
"""
