"""`Supervision`: who may use which power, and what authorities agreed."""
