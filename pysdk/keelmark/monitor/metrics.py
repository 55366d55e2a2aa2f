"""Figures for Prometheus, on a port of their own that only this machine reaches."""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

from keelmark.errors import InputError
from keelmark.monitor.monitor import Advance, Monitor

__all__ = ["Figures"]

_LATENCIES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Figures:
    """The monitor's figures; a `delivery.Tally`."""

    def __init__(self) -> None:
        """
        Raises:
            InputError: the package that serves them is not installed.
        """
        try:
            kit: Any = import_module("prometheus_client")
        except ModuleNotFoundError:
            raise InputError(
                "metrics: they need the package prometheus-client, which is not installed "
                "(pip install 'keelmark[monitor]')"
            ) from None
        self._kit = kit
        self.registry = kit.CollectorRegistry()

        def gauge(name: str, text: str, *labels: str) -> Any:
            return kit.Gauge(f"keelmark_monitor_{name}", text, labels, registry=self.registry)

        def counter(name: str, text: str, *labels: str) -> Any:
            return kit.Counter(f"keelmark_monitor_{name}", text, labels, registry=self.registry)

        self._head = gauge("head_block", "The chain's heads, by finality.", "finality")
        self._evaluated = gauge("evaluated_block", "The newest block evaluated.")
        self._lag_blocks = gauge("lag_blocks", "Blocks from the newest head to the evaluated one.")
        self._lag_seconds = gauge("lag_seconds", "Age of the newest block evaluated, now.")
        self._block_time = 0
        self._lag_seconds.set_function(
            lambda: max(0.0, time.time() - self._block_time) if self._block_time else 0.0
        )
        self._blocks = counter("blocks", "Blocks evaluated.")
        self._rows = counter("rows", "Events folded.")
        self._reorganisations = counter("reorganisations", "Times that blocks were replaced.")
        self._undone = counter("undone_blocks", "Evaluated blocks that were replaced.")
        self._alerts = counter("notices", "Notices of alerts.", "detector", "severity", "status")
        self._open = gauge("open_alerts", "Alerts that go on.", "detector")
        self._weakest = gauge("weakest_cover_ratio", "Equity over initial margin, the weakest.")
        self._interest = gauge(
            "open_interest", "Half of the sum of absolute sizes, in units.", "instrument"
        )
        self._attempts = counter("deliveries", "Attempts to deliver.", "sink", "outcome")
        self._waiting = gauge("waiting_notices", "Notices that wait.", "sink")
        self._dead = counter("given_up_notices", "Notices that were given up.", "sink")
        self._seconds = kit.Histogram(
            "keelmark_monitor_evaluation_seconds",
            "From new rows to alerts in the outbox, a step.",
            buckets=_LATENCIES,
            registry=self.registry,
        )
        self._server: Any = None

    def serve(self, port: int) -> int:
        """Begins to answer on the loopback address.

        Args:
            port: 0 takes a free one.

        Returns:
            the port.

        Raises:
            InputError: the port is taken, or may not be used.
        """
        try:
            self._server, _ = self._kit.start_http_server(
                port, addr="127.0.0.1", registry=self.registry
            )
        except (OSError, OverflowError) as error:
            words = getattr(error, "strerror", None) or error
            raise InputError(f"metrics-port: {port} cannot be used, {words}") from None
        return int(self._server.server_port)

    def close(self) -> None:
        """Stops answering."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    # What is told

    def noticed(self, detector: str, severity: str, status: str) -> None:
        """A notice of an alert."""
        self._alerts.labels(detector, severity, status).inc()

    def advanced(self, monitor: Monitor, step: Advance) -> None:
        """A step of the monitor.

        Args:
            monitor: after it.
            step: what came of it.
        """
        heads = monitor.store.heads()
        if heads is not None:
            for name in ("latest", "safe", "finalized"):
                height = getattr(heads, name)
                if height is not None:
                    self._head.labels(name).set(height)
        if step.last_block is not None:
            self._evaluated.set(step.last_block)
            self._block_time = monitor.last_time
            if heads is not None:
                self._lag_blocks.set(max(0, heads.latest - step.last_block))
        self._blocks.inc(step.evaluated)
        self._rows.inc(step.events)
        if step.undone:
            self._reorganisations.inc()
            self._undone.inc(step.undone)
        if step.evaluated or step.undone:
            self._seconds.observe(step.seconds)
            self._market(monitor)
        counts: dict[str, int] = {}
        for detector, _subject in monitor.episodes.open:
            counts[detector] = counts.get(detector, 0) + 1
        for detector in monitor.rules.detectors:
            self._open.labels(detector).set(counts.get(detector, 0))

    def _market(self, monitor: Monitor) -> None:
        """The market after the last moment; a gauge is a double and no exact figure."""
        moment = monitor.moment
        if moment is None:
            return
        weakest = moment.weakest_bps
        self._weakest.set(float("nan") if weakest is None else weakest / 10_000)
        for number, interest in moment.open_interest.items():
            self._interest.labels(str(number)).set(interest / 1e18)

    def attempted(self, sink: str, delivered: bool) -> None:
        """An attempt to deliver."""
        self._attempts.labels(sink, "delivered" if delivered else "failed").inc()

    def waiting(self, sink: str, count: int) -> None:
        """Notices that wait for a receiver."""
        self._waiting.labels(sink).set(count)

    def gave_up(self, sink: str, count: int) -> None:
        """Notices that were given up."""
        self._dead.labels(sink).inc(count)
