"""Words and laws. Nothing here touches a database, a network or a clock."""
