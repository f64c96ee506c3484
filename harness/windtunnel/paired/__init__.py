"""Two versions side by side: started, measured in interleaved pairs, stopped once it is certain."""
