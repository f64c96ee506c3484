"""What leaves windtunnel for a terminal or a file: without secrets, and without orders to either.

Records, criteria and matching never see it: it is applied where text leaves, in a sink.
"""
