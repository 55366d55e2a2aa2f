"""Published source to deployed code: whoever looks at an address reads what it was made from.

claims = claims_of(deployment)                      # one for each contract, sources checked
verifier = verifier_for("sourcify", deployment.chain_id)
for claim in claims:
    print(claim.name, verifier.verify(claim).verdict)

Three services are known (Etherscan's API V2, Sourcify's v2, Blockscout's v2), and none:
`check_offline` rebuilds the code from the same input and compares it with the chain's.
"""

from keelmark.source_verification.claim import Claim, claims_of
from keelmark.source_verification.offline import check_offline
from keelmark.source_verification.outcome import Outcome, Verdict, VerifierFailed
from keelmark.source_verification.patience import Patience
from keelmark.source_verification.services import SERVICES, Verifier, verifier_for

__all__ = [
    "Claim",
    "Outcome",
    "Patience",
    "SERVICES",
    "Verdict",
    "Verifier",
    "VerifierFailed",
    "check_offline",
    "claims_of",
    "verifier_for",
]
