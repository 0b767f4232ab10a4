"""RSA keys made by the ``openssl`` command, and signatures made and checked without our code."""

import base64
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key


@dataclass(frozen=True)
class KeyPair:
    """A key as two PEM files."""

    private_file: Path
    public_file: Path

    @property
    def private_pem(self) -> str:
        """PKCS 8."""
        return self.private_file.read_text()

    @property
    def public_pem(self) -> str:
        """SubjectPublicKeyInfo."""
        return self.public_file.read_text()


def make(folder: Path, name: str) -> KeyPair:
    """A new key of 2048 bits."""
    pair = KeyPair(folder / f"{name}.key", folder / f"{name}.pub")
    bits = "rsa_keygen_bits:2048"
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", bits, "-out", str(pair.private_file))
    openssl("pkey", "-in", str(pair.private_file), "-pubout", "-out", str(pair.public_file))
    return pair


def openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    """Run the command; raises ``CalledProcessError``."""
    done = subprocess.run(  # noqa: S603 -- fixed program, our own arguments
        ["openssl", *arguments],  # noqa: S607
        input=stdin,
        capture_output=True,
        check=True,
    )
    return done.stdout


def openssl_sign(pair: KeyPair, message: bytes) -> str:
    """Base64 of the RSA-SHA256 signature, by the command."""
    raw = openssl("dgst", "-sha256", "-sign", str(pair.private_file), stdin=message)
    return base64.b64encode(raw).decode()


def openssl_accepts(pair: KeyPair, message: bytes, signature: str) -> bool:
    """Whether the command takes this base64 signature for right."""
    signature_file = pair.public_file.with_suffix(".sig")
    signature_file.write_bytes(base64.b64decode(signature))
    arguments = ["-verify", str(pair.public_file), "-signature", str(signature_file)]
    try:
        return openssl("dgst", "-sha256", *arguments, stdin=message) == b"Verified OK\n"
    except subprocess.CalledProcessError:
        return False


class Signer:
    """One end of a channel: signs with its own key, checks with the other's. Fast, in process."""

    def __init__(self, own: KeyPair, other: KeyPair) -> None:
        private = load_pem_private_key(own.private_pem.encode(), password=None)
        public = load_pem_public_key(other.public_pem.encode())
        assert isinstance(private, RSAPrivateKey)  # noqa: S101 -- a test's own keys
        assert isinstance(public, RSAPublicKey)  # noqa: S101
        self._private, self._public = private, public

    def sign(self, message: bytes) -> str:
        """Base64 of RSA-SHA256."""
        return base64.b64encode(self._private.sign(message, PKCS1v15(), SHA256())).decode()

    def accepts(self, message: bytes, signature: str) -> bool:
        """Whether the other end signed this."""
        try:
            self._public.verify(base64.b64decode(signature), message, PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True
