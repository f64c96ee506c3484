"""Run a command and print its peak memory: `load_memory.py COMMAND...` prints bytes.

A program of its own, because the kernel keeps one peak for all the children that a process had.
"""

import resource
import subprocess
import sys

if __name__ == "__main__":
    subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
    # The greatest of the command's processes, in KiB (getrusage(2)).
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024}\n")
