"""What earlier comparisons found: kept as one JSON line a run, read again, drawn."""
