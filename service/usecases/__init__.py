"""One verb a file. Each hands the unit of work one function of the session; nothing else commits."""
