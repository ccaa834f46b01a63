from datetime import UTC, date, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from soyte.formats.visitfile import write_check_in
from soyte.formats.visitfile.signature import verify_signature
from soyte.formats.visitfile.tests.files import SUMMARY, envelope, hoso, part, summary

ON = date(2026, 9, 30)


def authority(name, *, issuer=None, until=2030):
    """A certificate and its key, signed by `issuer` or by itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    parent, parent_key = issuer or (None, key)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(parent.subject if parent else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(until, 1, 1, tzinfo=UTC))
        .sign(parent_key, hashes.SHA256())
    )
    return certificate, key


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def issuer():
    return authority("CA thử")


@pytest.fixture(scope="module")
def hospital(issuer):
    return authority("Bệnh viện Thử", issuer=issuer)


class _OldSigner(XMLSigner):
    """Signs with SHA-1, as old software does; the library refuses to by default."""

    def check_deprecated_methods(self):
        pass


def signed(content, certificate, key, *, sha1=False, uris=None):
    root = etree.fromstring(content)
    signer = (_OldSigner if sha1 else XMLSigner)(
        signature_algorithm=SignatureMethod.RSA_SHA1 if sha1 else SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA1 if sha1 else DigestAlgorithm.SHA256,
    )
    whole = signer.sign(root, key=key, cert=[certificate], reference_uri=uris)
    mark = whole.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    whole.find("CHUKYDONVI").append(mark)
    return etree.tostring(whole, encoding="utf-8")


@pytest.fixture(scope="module")
def content():
    return envelope(hoso(part("XML1", summary())))


@pytest.fixture(scope="module")
def good(content, hospital):
    return signed(content, *hospital)


def test_a_trusted_issuer_makes_it_valid(good, issuer, hospital):
    found = verify_signature(good, trusted=[pem(issuer[0])], on=ON)
    assert (found.state, found.reason) == ("valid", "")
    assert (found.signer, found.issuer, found.algorithm) == ("CN=Bệnh viện Thử", "CN=CA thử", "rsa-sha256")
    der = hospital[0].public_bytes(serialization.Encoding.DER)
    assert verify_signature(good, trusted=[der], on=ON).state == "valid"


def test_without_a_trusted_issuer_it_is_unchecked(good):
    assert verify_signature(good, on=ON).reason == "no_issuers"
    stranger = verify_signature(good, trusted=[pem(authority("CA lạ")[0])], on=ON)
    assert (stranger.state, stranger.reason) == ("unchecked", "issuer")
    assert verify_signature(good, trusted=[b"no certificate"], on=ON).reason == "no_issuers"


def test_a_forged_issuer_of_the_same_name_is_no_issuer(good):
    assert verify_signature(good, trusted=[pem(authority("CA thử")[0])], on=ON).reason == "issuer"


@pytest.mark.parametrize(("old", "new"), [(b"20260930", b"20260929"), (b"70001", b"70002")])
def test_a_changed_file_is_invalid(good, issuer, old, new):
    found = verify_signature(good.replace(old, new), trusted=[pem(issuer[0])], on=ON)
    assert (found.state, found.reason) == ("invalid", "changed")


def test_an_expired_certificate_is_unchecked(content, issuer):
    late = signed(content, *authority("Bệnh viện Cũ", issuer=issuer, until=2026))
    assert verify_signature(late, trusted=[pem(issuer[0])], on=ON).reason == "expired"
    assert verify_signature(late, trusted=[pem(issuer[0])], on=date(2025, 6, 1)).state == "valid"


def test_sha1_is_weak_even_where_it_fits(content, hospital, issuer):
    found = verify_signature(signed(content, *hospital, sha1=True), trusted=[pem(issuer[0])], on=ON)
    assert (found.state, found.reason, found.algorithm) == ("weak", "sha1", "rsa-sha1")


def test_both_sections_must_be_covered(content, hospital, issuer):
    named = content.replace(b"<THONGTINDONVI>", b'<THONGTINDONVI Id="a">').replace(
        b"<THONGTINHOSO>", b'<THONGTINHOSO Id="b">'
    )
    trusted = [pem(issuer[0])]
    assert verify_signature(signed(named, *hospital, uris=["a", "b"]), trusted=trusted, on=ON).state == "valid"
    assert verify_signature(signed(named, *hospital, uris=["a"]), trusted=trusted, on=ON).reason == "coverage"


def test_a_signed_copy_hidden_in_the_file_proves_nothing(content, hospital, issuer):
    named = content.replace(b"<THONGTINDONVI>", b'<THONGTINDONVI Id="a">').replace(
        b"<THONGTINHOSO>", b'<THONGTINHOSO Id="b">'
    )
    root = etree.fromstring(signed(named, *hospital, uris=["a", "b"]))
    genuine = root.find("THONGTINHOSO")
    forged = etree.fromstring(etree.tostring(genuine).replace(b"20260930", b"20270101"))
    del forged.attrib["Id"]
    root.replace(genuine, forged)
    etree.SubElement(root, "KHAC").append(genuine)
    found = verify_signature(etree.tostring(root), trusted=[pem(issuer[0])], on=ON)
    assert (found.state, found.reason) == ("unchecked", "coverage")


def test_a_check_in_can_be_signed(hospital, issuer):
    content = signed(write_check_in([{"MA_LK": "L1", "HO_TEN": SUMMARY["HO_TEN"]}]), *hospital)
    assert verify_signature(content, trusted=[pem(issuer[0])], on=ON).state == "valid"


@pytest.mark.parametrize(
    ("mark", "state", "reason"),
    [
        ("", "absent", ""),
        (" \n", "absent", ""),
        ("MIIC", "unchecked", "shape"),
        ('<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>', "unchecked", "certificate"),
        ("<Signature/>", "unchecked", "shape"),
    ],
)
def test_other_marks(mark, state, reason):
    found = verify_signature(envelope(hoso(part("XML1", summary())), signature=mark))
    assert (found.state, found.reason) == (state, reason)


@pytest.mark.parametrize(
    "content", [b"", b"<a", b"\x00", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"]
)
def test_it_never_raises(content):
    assert verify_signature(content).state in ("unchecked", "absent")


def test_an_unknown_algorithm_is_named(good):
    assert verify_signature(good.replace(b"#rsa-sha256", b"#rsa-sha999"), on=ON).reason == "algorithm"


def test_damage_anywhere_never_raises_and_never_helps(good, issuer):
    for at in range(0, len(good), 37):
        damaged = good[:at] + b"A" + good[at + 1 :]
        if damaged != good:
            found = verify_signature(damaged, trusted=[pem(issuer[0])], on=ON)
            # A change inside the certificate or the signature itself is no sign of a changed file, but never valid.
            assert found.state in ("unchecked", "invalid", "absent"), (at, found)
