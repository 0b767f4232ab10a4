"""Two signatures: pyHanko's over the whole PDF, Ed25519 over the digest of its data."""

import io
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cache

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from transcripts import keys

FIELD = "CollegeSeal"
REASON = "学业成绩单"


@dataclass(frozen=True)
class Claim:
    """What a QR code says after ``#``: a digest and its Ed25519 signature."""

    digest: bytes
    signature: bytes

    @property
    def text(self) -> str:
        """URL-safe, 128 characters."""
        return urlsafe_b64encode(self.digest + self.signature).decode()

    @classmethod
    def parse(cls, text: str) -> "Claim":
        """Read ``text``; raises ``ValueError``."""
        raw = urlsafe_b64decode(text)
        if len(raw) != 96:
            raise ValueError(text)
        return cls(raw[:32], raw[32:])

    def holds(self, key: Ed25519PublicKey) -> bool:
        """Tell whether this key signed the digest."""
        try:
            key.verify(self.signature, self.digest)
        except InvalidSignature:
            return False
        return True


def claim(digest: str) -> Claim:
    """Sign a digest, given in hex; raises ``DomainError("transcript.keys")``."""
    raw = bytes.fromhex(digest)
    return Claim(raw, keys.digest_key().sign(raw))


def sign_pdf(pdf: bytes) -> bytes:
    """Add the college's signature; raises ``DomainError("transcript.keys")``."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    about = signers.PdfSignatureMetadata(field_name=FIELD, reason=REASON, md_algorithm="sha256")
    signed = signers.sign_pdf(writer, about, signer=_signer(keys.seal()))
    written: bytes = signed.getvalue()
    return written


@cache
def _signer(seal: keys.Seal) -> signers.SimpleSigner:
    """Parsed once a process: parsing the key cost more than signing."""
    certificate = _certificate(seal.certificate)
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    registry.register(certificate)
    return signers.SimpleSigner(
        signing_cert=certificate,
        signing_key=load_private_key_from_pemder_data(seal.key, passphrase=None),
        cert_registry=registry,
    )


def _certificate(pem: bytes) -> x509.Certificate:
    return next(iter(load_certs_from_pemder_data(pem)))


def seal_holds(pdf: bytes, certificate: bytes) -> bool:
    """Tell whether the PDF carries a signature by this certificate (PEM) and nothing was changed
    or added after it.
    """
    try:
        (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        trusted = _certificate(certificate)
        # The college's own certificate is the root of trust: no authority is asked.
        context = ValidationContext(trust_roots=[trusted], allow_fetching=False)
        status = validate_pdf_signature(signature, context)
    except (PdfError, SigningError, ValueError):
        return False
    untouched = status.modification_level in (None, ModificationLevel.NONE)
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    same = status.signing_cert.dump() == trusted.dump()
    return bool(status.intact and status.valid and same and untouched and whole)
