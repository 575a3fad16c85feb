"""The demo: a news site on an origin of its own, and what its readers wrote."""
