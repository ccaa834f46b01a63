"""Verifying the XML signature (XMLDSig) that a file may carry in CHUKYDONVI.

Since 2026-01-01 a facility signs its files with SHA-256 over THONGTINDONVI and THONGTINHOSO (NĐ 188/2025, art. 69.9).
The exact shape stands in a schema that only the insurer's gateway hands out, so what cannot be judged is "unchecked"
and never a reason to refuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature as BadSignature
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, InvalidSignature, SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

MAX_SIZE: Final = 32 * 1024 * 1024  # a signature is verified over a tree of the whole file
_MAX_REFERENCES: Final = 4  # each is a pass over the file
_DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
_SECTIONS: Final = ("THONGTINDONVI", "THONGTINHOSO")
_NO_HMAC: Final = frozenset(method for method in SignatureMethod if not method.name.startswith("HMAC"))

State = Literal["absent", "valid", "weak", "invalid", "unchecked"]


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """What is known of a file's signature.

    absent: there is none. valid: nothing was changed and a trusted issuer vouches for the signer. weak: nothing seems
    changed, but it rests on SHA-1. invalid: the file was changed after signing. unchecked: everything else, with the
    reason: shape | size | certificate | algorithm | coverage | expired | no_issuers | issuer.
    """

    state: State
    reason: str = ""
    signer: str = ""  # subject of the certificate, RFC 4514
    issuer: str = ""
    serial: str = ""  # hexadecimal
    algorithm: str = ""


def verify_signature(content: bytes, *, trusted: Sequence[bytes] = (), on: date | None = None) -> SignatureCheck:
    """Check the signature of a whole file.

    `trusted` are certificates (PEM or DER) of issuers, or of signers themselves; `on` is the day for which the
    signer's certificate must be valid, today when None. Never raises.
    """
    if len(content) > MAX_SIZE:
        return SignatureCheck("unchecked", "size")
    try:
        return _check(content, trusted=trusted, on=on or datetime.now(UTC).date())
    except Exception:  # a signature is a hostile document: whatever it makes a library do, it stays unchecked
        return SignatureCheck("unchecked", "shape")


def _check(content: bytes, *, trusted: Sequence[bytes], on: date) -> SignatureCheck:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(content, parser)
    holder = root.find("CHUKYDONVI")
    if holder is None or not (len(holder) or (holder.text or "").strip()):
        return SignatureCheck("absent")
    signatures = holder.findall(f"{_DS}Signature")
    if len(signatures) != 1 or len(root.findall(f".//{_DS}Signature")) != 1:
        return SignatureCheck("unchecked", "shape")
    return _verify(root, signatures[0], trusted=trusted, on=on)


def _verify(root: etree._Element, signature: etree._Element, *, trusted: Sequence[bytes], on: date) -> SignatureCheck:
    algorithm = _algorithm(signature)
    if len(signature.findall(f".//{_DS}Reference")) > _MAX_REFERENCES:
        return SignatureCheck("unchecked", "shape", algorithm=algorithm)
    signer = _certificate(signature)
    if signer is None:
        return SignatureCheck("unchecked", "certificate", algorithm=algorithm)
    state, reason = _integrity(root, signer)
    if state == "valid":
        weak = _is_sha1(signature)
        state, reason = ("weak", "sha1") if weak else _trust(signer, trusted=trusted, on=on)
    return SignatureCheck(
        state=state,
        reason=reason,
        signer=signer.subject.rfc4514_string(),
        issuer=signer.issuer.rfc4514_string(),
        serial=f"{signer.serial_number:x}",
        algorithm=algorithm,
    )


def _algorithm(signature: etree._Element) -> str:
    method = signature.find(f"{_DS}SignedInfo/{_DS}SignatureMethod")
    return (method.get("Algorithm") or "").rpartition("#")[2] if method is not None else ""


def _is_sha1(signature: etree._Element) -> bool:
    """Does the signature, or the digest of a part, rest on SHA-1?"""
    methods = [*signature.iter(f"{_DS}SignatureMethod"), *signature.iter(f"{_DS}DigestMethod")]
    return any((method.get("Algorithm") or "").lower().endswith("sha1") for method in methods)


def _certificate(signature: etree._Element) -> x509.Certificate | None:
    """The signer's certificate, which the signature carries with it."""
    written = signature.find(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate")
    if written is None or not written.text:
        return None
    body = "".join(written.text.split())
    return _read_certificate(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode())


def _read_certificate(content: bytes) -> x509.Certificate | None:
    try:
        if content.lstrip().startswith(b"-----"):
            return x509.load_pem_x509_certificate(content)
        return x509.load_der_x509_certificate(content)
    except ValueError:
        return None


def _integrity(root: etree._Element, signer: x509.Certificate) -> tuple[State, str]:
    """Is what the signature covers unchanged, and does it cover what it must?"""
    config = SignatureConfiguration(
        location="./CHUKYDONVI/",
        expect_references=False,
        signature_methods=_NO_HMAC,
        digest_algorithms=frozenset(DigestAlgorithm),
        ignore_ambiguous_key_info=True,
        # Whether the certificate had expired is judged with its issuer, and is no sign of a changed file.
        verification_time=signer.not_valid_before_utc,
    )
    try:
        results = XMLVerifier().verify(root, x509_cert=signer, expect_config=config)
    except (InvalidDigest, InvalidSignature, BadSignature):
        return "invalid", "changed"
    except SignXMLException:
        return "unchecked", "shape" if _known_algorithms(root) else "algorithm"
    covered = [result.signed_xml for result in (results if isinstance(results, list) else [results])]
    return ("valid", "") if _covers(root, [part for part in covered if part is not None]) else ("unchecked", "coverage")


def _known_algorithms(root: etree._Element) -> bool:
    known = {method.value for method in SignatureMethod} | {digest.value for digest in DigestAlgorithm}
    used = [*root.iter(f"{_DS}SignatureMethod"), *root.iter(f"{_DS}DigestMethod")]
    return all(method.get("Algorithm") in known for method in used)


def _covers(root: etree._Element, signed: list[etree._Element]) -> bool:
    """Are the sections of the file, as they stand in it, among what was signed?

    Compared in canonical form, so that a signed copy hidden elsewhere in the file proves nothing.
    """
    parts = [part for whole in signed for part in (whole, *whole)]
    for name in _SECTIONS if root.tag == "GIAMDINHHS" else (root[0].tag,):
        own = root.find(name)
        if own is None or not any(part.tag == name and _canonical(part) == _canonical(own) for part in parts):
            return False
    return True


def _canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False, with_tail=False)


def _trust(signer: x509.Certificate, *, trusted: Sequence[bytes], on: date) -> tuple[State, str]:
    if not signer.not_valid_before_utc.date() <= on <= signer.not_valid_after_utc.date():
        return "unchecked", "expired"
    issuers = [found for found in map(_read_certificate, trusted) if found is not None]
    if not issuers:
        return "unchecked", "no_issuers"
    return ("valid", "") if any(_vouches(issuer, signer) for issuer in issuers) else ("unchecked", "issuer")


def _vouches(issuer: x509.Certificate, signer: x509.Certificate) -> bool:
    if issuer == signer:
        return True
    try:
        signer.verify_directly_issued_by(issuer)
    except (BadSignature, ValueError, TypeError):
        return False
    return True
