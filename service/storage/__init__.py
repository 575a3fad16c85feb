"""Tables and statements. One file a noun: its mapped class and what is asked of it. Nothing here commits
but the unit of work.
"""
