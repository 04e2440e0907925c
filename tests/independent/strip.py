"""Verifies a strip against the records of the device. Takes one JSON request on standard input, and writes one JSON answer.

Shares no code with Vigil: it decrypts with jwcrypto, and computes the digest from the definition in docs/strips.md. The request has the
sealed strip and the sealed records of `waveforms` (by "partition/offset"), each as {"compact", "wrapped"}, and the private keys of a
reader. The answer names every difference.
"""

import base64
import hashlib
import json
import struct
import sys

from jwcrypto import jwe, jwk


def opened(sealed, private_jwk):
    wrapped = jwe.JWE(algs=["ECDH-ES+A256KW", "A256GCM"])
    wrapped.deserialize(json.dumps(sealed["wrapped"]), jwk.JWK(**private_jwk))
    token = jwe.JWE(algs=["dir", "A256GCM"])
    token.deserialize(sealed["compact"], jwk.JWK(**json.loads(wrapped.payload)))
    return token.jose_header, token.payload


def digest_of(strip):
    """Returns the digest as docs/strips.md defines it."""
    lines = ["vigil-strip-1", strip["alarmId"], str(strip["onset"]), strip["onsetAt"], strip["deviceId"]]
    data = hashlib.sha256()
    data.update("".join(line + "\n" for line in lines).encode())
    for chunk in strip["chunks"]:
        samples = base64.b64decode(chunk["samples"])
        data.update(f"{chunk['code']}\n{chunk['start']}\n".encode())
        data.update(struct.pack(">dddI", chunk["rateHz"], chunk["scale"], chunk["offset"], len(samples)))
        data.update(samples)
    return text_of(data)


def text_of(digest):
    return base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")


def values_of(message):
    """Returns the samples as numbers; None for a missing sample."""
    data = base64.b64decode(message["samples"])
    samples = struct.unpack(f"<{len(data) // 2}h", data[: len(data) // 2 * 2])
    return [None if sample == -32768 else sample * message["scale"] + message["offset"] for sample in samples]


def differences(strip, originals, private_jwk):
    found = []
    compared = 0
    for chunk in strip["chunks"]:
        source = chunk["source"]
        place = f"{source['partition']}/{source['offset']}"
        if place not in originals:
            found.append(f"{place}: no such record")
            continue
        header, payload = opened(originals[place], private_jwk)
        record = json.loads(payload)
        if header["key"] != strip["associationId"]:
            found.append(f"{place}: another patient")
        if (header["boo"], header["seq"]) != (source["boot"], source["seq"]):
            found.append(f"{place}: another message")
        if record["deviceId"] != strip["deviceId"]:
            found.append(f"{place}: another device")
        sent = record["reading"]
        for name in ("code", "start", "rateHz", "scale", "offset"):
            if sent[name] != chunk[name]:
                found.append(f"{place}: {name} differs")
        theirs, ours = values_of(sent), values_of(chunk)
        if len(theirs) != len(ours):
            found.append(f"{place}: {len(ours)} samples instead of {len(theirs)}")
        for at, (a, b) in enumerate(zip(theirs, ours)):
            compared += 1
            if a != b:
                found.append(f"{place}: sample {at} is {b} instead of {a}")
    return compared, found


def main():
    request = json.load(sys.stdin)
    _header, payload = opened(request["strip"], request["privateJwk"])
    strip = json.loads(payload)
    strip.update(request.get("changed", {}))
    compared, found = differences(strip, request["originals"], request["privateJwk"])
    if digest_of(strip) != strip["digest"]:
        found.append("the digest differs")
    return {
        "alarmId": strip["alarmId"],
        "digest": digest_of(strip),
        "recordDigest": text_of(hashlib.sha256(payload)),
        "compared": compared,
        "differences": found,
    }


try:
    json.dump(main(), sys.stdout)
except Exception as error:  # The test checks the type of the error.
    json.dump({"refused": type(error).__name__}, sys.stdout)
