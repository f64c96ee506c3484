"""Renders verdicts and the score: one sink, one file. Judging happens elsewhere."""
