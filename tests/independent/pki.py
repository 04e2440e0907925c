"""Makes certificate requests and revocation lists, and reads those of Vigil, with pyca/cryptography, which shares no code
with Vigil. Takes one JSON request on standard input, and writes one JSON answer to standard output."""

import datetime
import json
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

request = json.load(sys.stdin)
pem = serialization.Encoding.PEM


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def key_of(kind):
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP256R1())


def digest(kind):
    return None if kind == "ed25519" else hashes.SHA256()


def csr():
    key = key_of(request["kind"])
    made = x509.CertificateSigningRequestBuilder().subject_name(name(request["cn"])).sign(key, digest(request["kind"]))
    return {"csr": made.public_bytes(pem).decode(), "spki": spki(key.public_key())}


def spki(key):
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo).hex()


def authority_and_crl():
    """Makes an authority of a hospital and its revocation list, with other extensions than Vigil's lists have."""
    kind = request["kind"]
    key = key_of(kind)
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    subject = name("Hospital devices CA")
    ca = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=400))
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, digest(kind))
    )
    builder = x509.CertificateRevocationListBuilder().issuer_name(subject).last_update(now)
    builder = builder.next_update(now + datetime.timedelta(days=request["days"]))
    builder = builder.add_extension(x509.CRLNumber(request["number"]), False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False)
    for serial in request["serials"]:
        entry = x509.RevokedCertificateBuilder().serial_number(int(serial, 16)).revocation_date(now)
        entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.certificate_hold), False)
        builder = builder.add_revoked_certificate(entry.build())
    crl = builder.sign(key, digest(kind))
    return {
        "ca": ca.public_bytes(pem).decode(),
        "pem": crl.public_bytes(pem).decode(),
        "der": crl.public_bytes(serialization.Encoding.DER).hex(),
    }


def read():
    ca = x509.load_pem_x509_certificate(request["ca"].encode())
    crl = x509.load_pem_x509_crl(request["crl"].encode())
    certificate = x509.load_pem_x509_certificate(request["certificate"].encode())
    certificate.verify_directly_issued_by(ca)
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    return {
        "signed": crl.is_signature_valid(ca.public_key()),
        "issuer": crl.issuer == ca.subject,
        "number": crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number,
        "days": (crl.next_update_utc - crl.last_update_utc).days,
        "revoked": None if entry is None else entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value,
        "spki": spki(certificate.public_key()),
        "usages": [usage.dotted_string for usage in certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value],
        "isCa": certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca,
    }


json.dump({"csr": csr, "authority": authority_and_crl, "read": read}[request["do"]](), sys.stdout)
