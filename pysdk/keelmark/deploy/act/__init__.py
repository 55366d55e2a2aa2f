"""Making a plan's steps real: sent one after another, watched, and mended until all are there.

with open_journal(path, chain_id) as journal:
    made = chain.signing(signer).run(act(steps, signer.address, journal=journal))
"""

from keelmark.deploy.act.creation import Made
from keelmark.deploy.act.executor import act
from keelmark.deploy.act.journal import Journal, Sent, open_journal
from keelmark.deploy.act.settings import DeploymentStopped, Notice, Progress, Settings

__all__ = [
    "DeploymentStopped",
    "Journal",
    "Made",
    "Notice",
    "Progress",
    "Sent",
    "Settings",
    "act",
    "open_journal",
]
