"""What does a protocol declare that the commands cannot carry out?"""

from __future__ import annotations

from equipoise.protocol.model import Protocol
from equipoise.protocol.refusal import Refusal, Use


def refusals(protocol: Protocol) -> tuple[Refusal, ...]:
    """Masked treatment: arms and kits would have to be sealed in the ledger until unblinding."""
    if protocol.design.masking == "OPEN LABEL":
        return ()
    why = (
        f"found {protocol.design.masking}; only OPEN LABEL can be conducted: masked treatment needs"
        " sealed arms and kit numbers, which do not exist yet"
    )
    return (Refusal(Use.CONDUCTED, "design.masking", why),)
