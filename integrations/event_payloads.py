"""What comes in from outside under the name of a known type of event must be what that type says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from integrations.errors import PayloadInvalid
from integrations.event_types import ALL

MOST_FAULTS: Final = 20


def check(name: str, payload: Mapping[str, Any]) -> None:
    """Raise `PayloadInvalid`, whose `details.fields` say what each field lacks; nothing is known of other names."""
    known = ALL.get(name)
    if known is None:
        return
    from jsonschema import Draft202012Validator

    faults: dict[str, str] = {}
    for fault in Draft202012Validator(known.schema()).iter_errors(payload):
        place = ".".join(["payload", *map(str, fault.absolute_path)])
        if fault.validator == "required":
            missing = [field for field in fault.validator_value if field not in payload]
            faults |= {f"payload.{field}": "required" for field in missing}
        else:
            faults[place] = f"{fault.validator}: {fault.validator_value}"
    if faults:
        raise PayloadInvalid(event=name, fields=dict(list(faults.items())[:MOST_FAULTS]))
