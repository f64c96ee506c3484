"""What HTTP toxics do to one exchange: pure transforms with time as an argument, one a file."""
