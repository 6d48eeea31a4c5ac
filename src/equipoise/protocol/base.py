"""What is every part of the protocol? Frozen, and without a key that nothing reads."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen part of the protocol; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)
