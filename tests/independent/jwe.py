"""Decrypts and encrypts JWEs with jwcrypto, which shares no code with Vigil. Takes one JSON request on standard input, and
writes one JSON answer to standard output."""

import json
import sys

from jwcrypto import jwe, jwk

request = json.load(sys.stdin)


def unwrap(wrapped, private_jwk):
    token = jwe.JWE(algs=["ECDH-ES+A256KW", "A256GCM"])
    token.deserialize(json.dumps(wrapped), jwk.JWK(**private_jwk))
    return jwk.JWK(**json.loads(token.payload))


def wrap(data_key, kid, public_jwk):
    token = jwe.JWE(json.dumps(data_key).encode(), protected=json.dumps({"enc": "A256GCM", "dataKey": kid}))
    token.add_recipient(
        jwk.JWK(**public_jwk), header=json.dumps({"alg": "ECDH-ES+A256KW", "kid": public_jwk["kid"]})
    )
    general = json.loads(token.serialize())
    if "recipients" not in general:
        recipient = {"header": general.pop("header", {}), "encrypted_key": general.pop("encrypted_key")}
        general["recipients"] = [recipient]
    return general


def main():
    if request["do"] == "open":
        key = unwrap(request["wrapped"], request["privateJwk"])
        token = jwe.JWE(algs=["dir", "A256GCM"])
        token.deserialize(request["compact"], key)
        return {"plaintext": token.payload.decode(), "header": token.jose_header}
    data_key = json.loads(jwk.JWK.generate(kty="oct", size=256).export())
    data_key["kid"] = request["header"]["kid"]
    token = jwe.JWE(request["plaintext"].encode(), protected=json.dumps(request["header"]))
    token.add_recipient(jwk.JWK(kty="oct", k=data_key["k"]))
    return {
        "wrapped": wrap(data_key, data_key["kid"], request["publicJwk"]),
        "compact": token.serialize(compact=True),
    }


try:
    json.dump(main(), sys.stdout)
except Exception as error:  # The test checks the type of the error.
    json.dump({"refused": type(error).__name__}, sys.stdout)
