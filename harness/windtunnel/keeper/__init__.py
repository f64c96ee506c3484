"""The keeper: a process that owns everything a run starts, and ends it when the runner is gone.

The runner holds one end of a pipe. When that end closes, for whatever reason (a normal stop,
Ctrl-C, SIGKILL), the keeper ends every process it started, runs the commands left with it, and
removes the run's directory. When the runner's heartbeat stops for longer than the lease, it heals
the faults but leaves the processes be: the runner may only be suspended.

`process_keeper` is that process, `keeper_client` is the runner's side, `messages` are between them.
"""
