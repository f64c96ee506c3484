"""Faults of a TCP connection and its bytes, which strike whatever protocol it carries."""
