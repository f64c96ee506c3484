"""`python -m windtunnel.proxy`: the same as `windtunnel proxy`."""

from windtunnel.proxy.proxy_command import proxy

if __name__ == "__main__":
    proxy(prog_name="python -m windtunnel.proxy")
