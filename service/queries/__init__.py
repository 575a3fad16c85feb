"""The read side: a session in, frozen views out. Nothing here writes."""
