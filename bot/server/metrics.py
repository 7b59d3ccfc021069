"""Figures for whoever runs the bot, as Prometheus reads them: counts and times, never who or what was said."""

from __future__ import annotations

from collections.abc import Callable
from math import nan

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from bot.core.conversation.events import Tapped, Typed
from bot.service.counting import LEFT, LEVEL
from bot.service.incoming import Handled, Pressed
from bot.store import Delivery

from .delivery import DeliveryResult, Gone, Later, Never, Taken
from .health import Health

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0)
CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """`clock`: seconds UTC; `updates`, `messages`: how many wait for their commit and their delivery right now; `health`: as
    /readyz says it."""

    def __init__(
        self,
        clock: Callable[[], float],
        updates: Callable[[], int],
        messages: Callable[[], int],
        health: Health | None = None,
    ) -> None:
        self._clock = clock
        self.registry = CollectorRegistry()
        name, registry = "symptom_bot", self.registry
        self._turns = Counter(f"{name}_turns", "Turns committed, by kind of event.", ["event"], registry=registry)
        self._levels = Counter(f"{name}_levels", "Chats that reached a level.", ["level"], registry=registry)
        self._left = Counter(
            f"{name}_questions_abandoned",
            "Questions at which a silence was followed up.",
            ["question"],
            registry=registry,
        )
        self._aside = Counter(f"{name}_updates_set_aside", "Updates that could not be handled.", registry=registry)
        self._seen = Counter(f"{name}_updates_repeated", "Updates that had been handled before.", registry=registry)
        self._later = Counter(
            f"{name}_updates_put_off",
            "Updates that waited, since their chat had its share of a batch.",
            registry=registry,
        )
        self._ahead = Counter(
            f"{name}_updates_ahead", "Updates of such chats that did not wait: a red flag.", registry=registry
        )
        self._results = Counter(
            f"{name}_deliveries", "Messages tried, by result and reason.", ["result", "reason"], registry=registry
        )
        self._taken = self._results.labels("taken", "")
        self._seconds = Histogram(
            f"{name}_delivery_seconds", "From the commit of a message until Telegram took it.", buckets=SECONDS,
            registry=registry,
        )  # fmt: skip
        Gauge(f"{name}_updates_waiting", "Updates that wait for their commit.", registry=registry).set_function(updates)
        Gauge(
            f"{name}_troubled", "1 while nobody is heard or the database does not answer, else 0.", registry=registry
        ).set_function(lambda: float(health is not None and bool(health.trouble)))
        Gauge(
            f"{name}_ready", "1 while whoever writes now is served, as /readyz says it, else 0.", registry=registry
        ).set_function(lambda: float(health is not None and health.ready()[0]))
        Gauge(
            f"{name}_heard_seconds_ago",
            "Since the last getUpdates, or look after the webhook, that went well.",
            registry=registry,
        ).set_function(lambda: nan if health is None or health.hearing.ago is None else health.hearing.ago)
        Gauge(
            f"{name}_hearing_failures", "Tries to hear of Telegram that failed since the start.", registry=registry
        ).set_function(lambda: float(health is not None and health.hearing.failures))
        Gauge(
            f"{name}_flows_behind",
            "Flows of which a version is served that is not the one in their folder.",
            registry=registry,
        ).set_function(lambda: float(health is not None and health.behind))
        Gauge(
            f"{name}_workers",
            "Workers that share the database, this one included, as it last counted them.",
            registry=registry,
        ).set_function(lambda: float(1 if health is None else health.workers()))
        self._refused = Counter(
            f"{name}_requests_refused",
            "Requests and connections that were turned away, by reason.",
            ["reason"],
            registry=registry,
        )
        Gauge(f"{name}_messages_waiting", "Messages that wait for delivery.", registry=registry).set_function(messages)
        ProcessCollector(name, registry=registry)

    def refused(self, reason: str) -> None:
        """Count a request or a connection that was turned away."""
        self._refused.labels(reason).inc()

    def handled(self, one: Handled) -> None:
        """Count an event that was handled."""
        if one.why == "poison":
            self._aside.inc()
        elif one.why == "seen":
            self._seen.inc()
        elif one.why == "later":
            self._later.inc()
        if one.incoming.ahead:
            self._ahead.inc()
        if one.turn is None:
            return
        event = one.incoming.event
        self._turns.labels(_kind(event)).inc()
        for counted in one.counts:
            if counted.what == LEFT:
                self._left.labels(counted.question).inc()
            elif counted.what.startswith(LEVEL):
                self._levels.labels(counted.what.removeprefix(LEVEL)).inc()

    def delivered(self, delivery: Delivery, result: DeliveryResult) -> None:
        """Count a try to deliver."""
        match result:
            case Taken():
                self._taken.inc()
                self._seconds.observe(max(0.0, self._clock() - delivery.created))
            case Later(reason):
                self._results.labels("later", reason).inc()
            case Never(reason):
                self._results.labels("refused", reason).inc()
            case Gone():
                self._results.labels("gone", "blocked").inc()

    def text(self) -> bytes:
        """All figures in Prometheus's text format."""
        return generate_latest(self.registry)


def _kind(event: object) -> str:
    if isinstance(event, Pressed | Tapped):
        return "tapped"
    if isinstance(event, Typed) or callable(event):
        return "typed"
    return type(event).__name__.lower()
