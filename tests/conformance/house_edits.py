"""The places in the clearing house at which faults are put in; see `faults`."""

from __future__ import annotations

from tests.conformance.edits import Edit, impure

__all__ = ["NETTING", "RETAIL_GROSS"]

ASSESSMENT = "margin/parts/assessment.vy"
SCHEDULE = "modules/margin.vy"

NETTING = (
    Edit(
        ASSESSMENT,
        "        requirement = self._directional(delta, mark, rate)\n",
        "        requirement = self._directional(delta, mark, rate)\n"
        "        if FAULT(dust lowers margin):\n            requirement = 0\n",
    ),
    Edit(
        ASSESSMENT,
        "            requirement = max(requirement, margin._net_requirement(gross,",
        "            if FAULT(hedged positions need no margin):\n                gross = 0\n"
        "            requirement = max(requirement, margin._net_requirement(gross,",
    ),
    impure(SCHEDULE, "_net_requirement"),
    Edit(
        SCHEDULE,
        "    ramp: uint256 = _gross * rules.NGR_RAMP_BPS // BPS\n",
        "    ramp: uint256 = _gross * rules.NGR_RAMP_BPS // BPS\n"
        "    if FAULT(dust lowers margin):\n        ramp = 0\n",
    ),
)
RETAIL_GROSS = (
    Edit(
        ASSESSMENT,
        "            requirement = max(requirement, max(retail, at_entry))\n",
        "            if FAULT(retail positions net):\n"
        "                at_entry = 0\n"
        "                retail = convert(abs(delta), uint256) * mark // WAD // 2\n"
        "            requirement = max(requirement, max(retail, at_entry))\n",
    ),
)
