"""The checks, one module a subject; `keelmark.conformance.check.all_checks` loads them."""
