"""The work behind `keelmark report`; nothing here is imported before the command runs."""
