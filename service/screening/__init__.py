"""Screening: facts in, findings out. Pure; it neither reads nor writes anything."""
