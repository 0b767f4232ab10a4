"""The college's keys: P-256 with its certificate for the PDF, Ed25519 for the QR code.

Both come from settings. The demo derives its own from SECRET_KEY, so that every process has the
same ones and no file has to be shared.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import NameOID
from django.conf import settings

from portal.lib.errors import DomainError

# order of P-256's group; a private key lies between 1 and it
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_DEMO_FROM, _DEMO_TO = datetime(2024, 1, 1, tzinfo=UTC), datetime(2044, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Seal:
    """The certificate and its private key, PEM."""

    certificate: bytes
    key: bytes


def unset() -> DomainError:
    """Nobody has given the portal keys to sign with."""
    return DomainError(
        "transcript.keys",
        "学校还没有配置成绩单的签名证书。",
        advice="请管理员设置 TRANSCRIPT_CERTIFICATE、TRANSCRIPT_KEY 和 TRANSCRIPT_DIGEST_KEY。",
        status=503,
    )


def readable() -> None:
    """Raise ``DomainError`` when a key that is set is none."""
    if settings.TRANSCRIPT_CERTIFICATE or settings.TRANSCRIPT_KEY:
        _parsed(Seal(settings.TRANSCRIPT_CERTIFICATE.encode(), settings.TRANSCRIPT_KEY.encode()))
    if settings.TRANSCRIPT_DIGEST_KEY:
        _ed25519(settings.TRANSCRIPT_DIGEST_KEY)


def seal() -> Seal:
    """Certificate and key of the PDF signature; raises ``DomainError("transcript.keys")``."""
    if settings.TRANSCRIPT_CERTIFICATE and settings.TRANSCRIPT_KEY:
        return Seal(settings.TRANSCRIPT_CERTIFICATE.encode(), settings.TRANSCRIPT_KEY.encode())
    if not settings.DEMO:
        raise unset()
    return _demo_seal(settings.SECRET_KEY, settings.COLLEGE_NAME)


def digest_key() -> Ed25519PrivateKey:
    """The key behind the QR codes; raises ``DomainError("transcript.keys")``."""
    if settings.TRANSCRIPT_DIGEST_KEY:
        return _ed25519(settings.TRANSCRIPT_DIGEST_KEY)
    if not settings.DEMO:
        raise unset()
    return Ed25519PrivateKey.from_private_bytes(_derived("digest", settings.SECRET_KEY))


def public_pem(key: Ed25519PublicKey) -> bytes:
    """The published half, PEM."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _ed25519(text: str) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(text.encode(), None)
    except ValueError as error:
        raise _unreadable("TRANSCRIPT_DIGEST_KEY") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _unreadable("TRANSCRIPT_DIGEST_KEY")
    return key


def _parsed(given: Seal) -> None:
    try:
        x509.load_pem_x509_certificate(given.certificate)
        serialization.load_pem_private_key(given.key, None)
    except ValueError as error:
        raise _unreadable("TRANSCRIPT_CERTIFICATE / TRANSCRIPT_KEY") from error


def _unreadable(name: str) -> DomainError:
    return DomainError("transcript.keys", f"{name} cannot be read.", advice="PEM, no password.")


def _derived(purpose: str, secret: str) -> bytes:
    return hashlib.sha256(f"transcript {purpose}:{secret}".encode()).digest()


@cache
def _demo_seal(secret: str, college: str) -> Seal:
    number = int.from_bytes(_derived("seal", secret)) % (_P256_ORDER - 1) + 1
    key = ec.derive_private_key(number, ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, college),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{college} 成绩单（演示证书）"[:64]),
        ]
    )
    usage = x509.KeyUsage(True, True, *[False] * 7)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(_derived("serial", secret)[:8]))
        .not_valid_before(_DEMO_FROM)
        .not_valid_after(_DEMO_TO)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Seal(certificate.public_bytes(serialization.Encoding.PEM), pem)
