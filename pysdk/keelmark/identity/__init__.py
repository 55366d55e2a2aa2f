"""Attested identity: what issuers sign about parties, checked, signed, verified and brought.

```python
content = attestation(wallet=…, lei="5299…", jurisdiction="DE", category=2, …)
signed = sign(signer, content, chain_id=1, registry="0x…")
verify(signed, signer.address)
chain.run(relay(PartyRegistry(signed.registry), [signed]))
```

Nothing personal goes on the chain: a firm is its LEI, a natural person a salted client code, and
of the IVMS101 document behind either only a salted commitment is reported. The document and its
salt stay where they are.
"""

from keelmark.identity.document import (
    Commitment,
    check_document,
    client_code,
    commit,
    is_committed,
    read_document,
)
from keelmark.identity.files import read_statement, write_statement
from keelmark.identity.statement import (
    Statement,
    attestation,
    recover,
    relay,
    revoke,
    sign,
    verify,
)

__all__ = [
    "Commitment",
    "Statement",
    "attestation",
    "check_document",
    "client_code",
    "commit",
    "is_committed",
    "read_document",
    "read_statement",
    "recover",
    "relay",
    "revoke",
    "sign",
    "verify",
    "write_statement",
]
