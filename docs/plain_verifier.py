"""Does a ledger hold? Everything that can be known of it without Equipoise, by Python's own library
and the page docs/ledger-format.md: `python plain_verifier.py LEDGER [HEAD]`, where HEAD is a hash
kept elsewhere. It knows no rule of a protocol: `equipoise verify` asks those.
"""

import hashlib
import json
import sys

LISTED = (
    "SubjectRandomized",
    "AllocationCommitted",
    "AllocationOpened",
    "EmergencyListCommitted",
    "RandomizedOffline",
)


def canonical(value):
    """RFC 8785, for values without floats and with ASCII keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha(data):
    return hashlib.sha256(data).digest()


def leaf(value):
    return sha(b"\x00" + canonical(value))


def root(leaves):
    """RFC 9162, 2.1.1."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\x01" + root(leaves[:half]) + root(leaves[half:]))


def root_by(start, index, size, proof):
    """RFC 9162, 2.1.3: from one leaf to the root."""
    if size == 1 or not proof:
        return start if size == 1 and not proof else b""
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return sha(b"\x01" + root_by(start, index, half, proof[:-1]) + proof[-1])
    return sha(b"\x01" + proof[-1] + root_by(start, index - half, size - half, proof[:-1]))


def check(lines, head=None):
    """The first thing that does not hold, as (number of the line, what), or None."""
    prev, last_at, keys, seen, missing, logged = "0" * 64, "", set(), set(), {}, {}
    trial: dict[str, dict] = {"lists": {}, "envelopes": {}, "used": {}, "asked": {}}
    for number, line in enumerate(lines, 1):
        try:
            stored = json.loads(line)
            entry, fields = stored["entry"], stored["payload"]
            said = {field[0]: field[2] for field in fields if len(field) == 3}
            digests = [
                bytes.fromhex(field[1]) if len(field) == 2 else sha(canonical(field))
                for field in fields
            ]
            if line != canonical(stored) + b"\n":
                return number, "the bytes are not canonical: the line was edited"
            if entry["seq"] != number or entry["prev"] != prev:
                return number, "it does not follow the line before it"
            if stored["hash"] != sha(canonical(entry)).hex():
                return number, "its hash is not that of its members"
            if entry["payload_digest"] != sha(b"".join(digests)).hex():
                return number, "its content is not the one that was hashed"
            if number == 1 and entry["type"] != "ProtocolAdopted":
                return number, "a ledger begins with its protocol"
            if entry["at"] < last_at and entry["type"] != "ClockCorrected":
                return number, "the clock runs back"
            if entry["key"] in keys:
                return number, "its key was used before"
            if entry["type"] == "EntryRedacted":
                logged.update({(said["/redacted"], path): number for path in said["/fields"]})
            missing.update({(number, field[0]): number for field in fields if len(field) == 2})
            if why := check_trial(trial, entry, said, number):
                return number, why
        except (KeyError, TypeError, ValueError, IndexError, RecursionError) as broken:
            return number, f"it is no entry ({type(broken).__name__}: {broken})"
        prev, last_at = stored["hash"], entry["at"]
        keys.add(entry["key"])
        seen.add(prev)
    for place in sorted(missing.keys() | logged.keys()):
        if place not in missing or logged.get(place, 0) <= place[0]:
            return place[0], f"{place[1]} was taken out without a log, or logged and not taken out"
    if head is not None and head not in seen:
        return len(lines) + 1, "the head kept elsewhere is none of this ledger: entries are missing"
    return None


def check_trial(trial, entry, said, number):
    """What can be known of the randomization list, and of locks, which take two people."""
    kind, lists = entry["type"], trial["lists"]
    if kind in LISTED and "/commitment" not in said:
        return f"the content of {kind} is missing"
    if kind == "AllocationCommitted":
        lists[said["/commitment"]] = said["/leaves"]
        trial["used"] = {}
    elif kind == "SubjectRandomized":
        stratum = tuple(said["/stratum"])
        trial["used"][stratum] = trial["used"].get(stratum, 0) + 1
        value = [said["/stratum"], said["/list_position"], said["/arm"], said["/salt"]]
        proof = [bytes.fromhex(part) for part in said["/proof"]]
        found = root_by(leaf(value), said["/leaf"], lists[said["/commitment"]], proof)
        if said["/commitment"] != list(lists)[-1] or found.hex() != said["/commitment"]:
            return "the arm is not the one of the committed list"
        if said["/list_position"] != trial["used"][stratum]:
            return "the position is not the next one of its stratum"
    elif kind == "EmergencyListCommitted":
        trial["envelopes"][said["/commitment"]] = said["/for_site"], said["/leaves"]
    elif kind == "RandomizedOffline":
        site, leaves = trial["envelopes"][said["/commitment"]]
        value = [[site, *said["/stratum"]], said["/list_position"], said["/arm"], said["/salt"]]
        proof = [bytes.fromhex(part) for part in said["/proof"]]
        if root_by(leaf(value), said["/leaf"], leaves, proof).hex() != said["/commitment"]:
            return "the arm is not the one of the committed envelopes"
    elif kind == "AllocationOpened":
        rows = [
            [row["stratum"], place, arm, salt]
            for row in said["/list"]["sequences"]
            for place, (arm, salt) in enumerate(zip(row["arms"], row["salts"], strict=True), 1)
        ]
        sizes = ["block sizes", said["/list"]["sizes"], said["/list"]["salt"]]
        leaves = [leaf(value) for value in (*rows, sizes)]
        if root(leaves).hex() != said["/commitment"]:
            return "the opened list is not the committed one"
    elif kind in ("LockRequested", "UnlockRequested"):
        trial["asked"][number] = (entry["actor"], kind[:-9], said["/scope"])
    elif kind in ("Locked", "Unlocked"):
        by, what, scope = trial["asked"].pop(said["/requested"])
        if by == entry["actor"] or kind != what + "ed" or scope != said["/scope"]:
            return "a lock takes two people, for one scope"
    return None


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        fault = check(list(file), *sys.argv[2:3])
    sys.exit(f"line {fault[0]}: {fault[1]}" if fault else 0)
