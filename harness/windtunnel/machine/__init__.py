"""What is known of the machine that a run is made on: processes, their CPU time, and the rest's."""
