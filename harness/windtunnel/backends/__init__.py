"""Where a stack runs: embedded, local or docker. Each can do the same with other means."""
