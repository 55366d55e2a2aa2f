"""Lives of the market that reach every act: rules of the machine by name, with arguments."""

from __future__ import annotations

from typing import Any

from keelmark.units import WAD
from tests.support.market import BTC, ETH, TOKEN_FEED

Script = tuple[tuple[Any, ...], ...]

POSITIONS = [
    ("gambler", True, 0, 95, 0),
    ("speculator", True, 0, 99, 0),
    ("retail saver", True, 0, 95, 0),
    ("fund manager", False, 1, 70, 25),
    ("second member", False, 0, 40, 0),
]
"""Who opens what at first: buys, instrument, share of capacity, basis points over the index."""

ORDERLY: Script = (
    ("begin", POSITIONS),
    ("open_account", "member", "newcomer"),
    ("deposit", "newcomer", 0, 40_000_000_001),
    ("deposit", "fund manager", 1, 25_000_000_003),
    ("withdraw", "maker", 0, 7, 1),
    ("withdraw", "retail saver", 0, 130, 0),
    ("list_future", BTC, 1),
    ("trade", "newcomer", "maker", 2, "capacity", 60, True, 130, 3, 0, 40),
    ("fill_resting_order", 0, "second member", 30),
    ("cancel_order", 0),
    ("trade", "second member", "newcomer", 2, "held", 45, False, -25, 1, 0, 0),
    ("trade", "second member", "fund manager", 2, "lots", 7, False, 25, 5, 0, 0),
    ("trade", "maker", "gambler", 0, "held", 7, False, 310, 3, 0, 0),
    ("trade", "maker", "retail saver", 0, "held", 30, False, -130, 1, 0, 0),
    ("time_passes", 3601, True),
    ("roll_funding", 0),
    ("price_moves", BTC, 333, 7),
    ("commit_backstop", "second member", 50_000 * WAD + 1),
    ("crash", BTC, -2500, 3, False),
    ("trade", "speculator", "maker", 0, "lots", 1, True, 0, 0, 0, 0),
    ("price_moves", BTC, -700, 1),
    ("call_margin", "maker", 0, False),
    ("call_margin", "maker", 0, False),
    ("call_margin", "maker", 0, False),
    ("crash", BTC, 3000, 1, True),
    ("end_call", "maker", 0, False),
    ("deposit", "speculator", 0, 59_000_000_000),
    ("end_call", "maker", 0, False),
    ("end_call", "maker", 1, False),
    ("end_call", "maker", 2, False),
    ("time_passes", 601, True),
    ("crash", BTC, -3500, 1, True),
    ("backstop", "maker", 0, 7, False),
    ("backstop", "maker", 1, 7, False),
    ("liquidate", "maker", 0, "maker", 30, False),
    ("liquidate", "maker", 1, "maker", 75, False),
    ("liquidate", "maker", 0, "maker", 100, False),
    ("commit_backstop", "second member", 0),
    ("compulsory_close", "maker", 0, 30, False, "maker"),
    ("compulsory_close", "maker", 1, 30, False, "maker"),
    ("crash", BTC, -5000, 2, True),
    ("crash", ETH, 9000, 2, True),
    *(("liquidate", "maker", place % 2, "maker", 115, False) for place in range(6)),
    *(
        ("buy_collateral", "maker", 0, "maker", asset, share)
        for asset in (1, 2)
        for share in (60, 100)
    ),
    *(("allocate_loss", "maker", 0, False) for _ in range(4)),
    ("pay_debt", "maker", 0, 45),
    ("pay_debt", "maker", 0, 100),
    ("observe", 0, 24, 13),
    ("settle_instrument", 0, True),
    *(("settle_position", place, False, "maker") for place in range(4)),
    ("trade", "maker", "second member", 0, "held", 7, True, 0, 0, 0, 0),
    ("trade", "maker", "second member", 0, "over", 7, False, 0, 0, 0, 0),
    ("close_account", "newcomer"),
)
"""Calls met and unmet, a backstop, take-overs in part, a future until its settlement."""

RUINOUS: Script = (
    ("begin", POSITIONS),
    ("crash", BTC, -6500, 3, True),
    ("crash", ETH, 9000, 3, True),
    *(("compulsory_close", "maker", place, 30, False, "maker") for place in range(4)),
    *(("liquidate", "maker", 0, "maker", 115, False) for _ in range(5)),
    *(("buy_collateral", "maker", 0, "maker", 1, share) for share in (60, 100, 115)),
    *(("allocate_loss", "maker", 0, False) for _ in range(4)),
    ("withdraw", "maker", 0, 7, 0),
    ("cover_loss", 7),
    *(("count_gain", "maker", 0, False) for _ in range(8)),
    ("time_passes", 3601, True),
    *(("scale_gain", "maker", 0, False) for _ in range(2)),
    ("pay_debt", "maker", 0, 45),
    ("pay_debt", "maker", 0, 100),
    ("trade", "maker", "second member", 0, "lots", 7, True, 0, 0, 0, 0),
)
"""A loss beyond the fund: debts, gains counted and scaled, the rest covered."""

NARROW: Script = (
    ("begin", POSITIONS[:1]),
    ("crash", BTC, -3445, 3, True),
    ("liquidate", "maker", 0, "maker", 30, False),
    ("liquidate", "maker", 0, "maker", 60, False),
    ("liquidate", "maker", 0, "maker", 100, False),
)
"""An account with next to no equity left, where the penalty's cap binds."""

SEVERAL: Script = (
    ("begin", [("gambler", True, 0, 60, 0), ("gambler", True, 1, 75, 25)]),
    ("crash", BTC, -2500, 3, True),
    ("crash", ETH, -4200, 5, True),
    ("liquidate_many", "maker", 0, "gambler", [30, 30], False),
    ("liquidate_many", "maker", 0, "newcomer", [30, 30], False),
    ("liquidate_many", "maker", 0, "retail saver", [30, 30], False),
    ("liquidate_many", "maker", 0, "maker", [115, 115], False),
    ("liquidate_many", "maker", 0, "maker", [7, 7], False),
    ("liquidate_many", "maker", 0, "second member", [7, 7, 7], False),
    ("money_moves", TOKEN_FEED, 985 * 10**15),
    ("crash", BTC, -1500, 3, True),
    ("liquidate_many", "maker", 0, "maker", [45, 7], False),
    ("crash", BTC, -3500, 1, True),
    ("liquidate_many", "maker", 0, "maker", [100, 115], False),
)
"""Two positions taken over together: in part, by the wrong takers, too far, and to the end."""

LIVES = {"orderly": ORDERLY, "ruinous": RUINOUS, "narrow": NARROW, "several": SEVERAL}
