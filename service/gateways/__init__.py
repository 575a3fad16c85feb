"""What leaves the process or comes from the machine: keys, passwords, the clock."""
