"""A read-only HTTP API over a store: pages of rows, the folded market, and the live tail.

Needs the extra ``api`` (FastAPI and uvicorn), which is imported only by what serves.
"""
