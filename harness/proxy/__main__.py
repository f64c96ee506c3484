"""`python -m harness.proxy`: the same as `windtunnel proxy`."""

from harness.proxy.command import proxy

if __name__ == "__main__":
    proxy(prog_name="python -m harness.proxy")
