"""Files under a key: AES-256-GCM in pieces, so that a backup of any size needs 1 MB of memory.

Each piece is bound to its place and the last one to being the last (the STREAM construction): a
piece that is changed, moved, missing or cut off is noticed. Knows no Django.
"""

import secrets
from base64 import urlsafe_b64decode
from binascii import Error
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"PORTAL1\n"
PREFIX = 7  # random bytes of a file; 4 bytes of counter and 1 of "last" make the nonce
PIECE = 1 << 20
TAG = 16


class Unreadable(Exception):
    """Not one of our files, another key, or not as it was written."""


def key_of(text: str) -> bytes:
    """The 32 bytes behind ``BACKUP_KEY``; raises ``Unreadable``."""
    try:
        key = urlsafe_b64decode(text.strip())
    except (Error, ValueError):
        key = b""
    if len(key) != 32:
        raise Unreadable("BACKUP_KEY 要是 32 字节的 base64（openssl rand -base64 32）。")
    return key


def seal(plain: BinaryIO, out: BinaryIO, key: bytes) -> None:
    """Write ``plain`` under the key."""
    prefix, box = secrets.token_bytes(PREFIX), AESGCM(key)
    out.write(MAGIC + prefix)
    numbered = _numbered(plain, PIECE, prefix)
    out.writelines(box.encrypt(nonce, piece, MAGIC) for nonce, piece in numbered)


def unseal(sealed: BinaryIO, out: BinaryIO, key: bytes) -> None:
    """Write what was sealed; raises ``Unreadable``, then ``out`` is worth nothing."""
    head = sealed.read(len(MAGIC) + PREFIX)
    if len(head) != len(MAGIC) + PREFIX or not head.startswith(MAGIC):
        raise Unreadable("这不是加密的备份文件。")
    box, numbered = AESGCM(key), _numbered(sealed, PIECE + TAG, head[len(MAGIC) :])
    try:
        out.writelines(box.decrypt(nonce, piece, MAGIC) for nonce, piece in numbered)
    except InvalidTag as error:
        raise Unreadable("密钥不对，或备份文件已损坏。") from error


def _numbered(stream: BinaryIO, size: int, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Nonce and piece; an empty file has one empty piece."""
    number, piece = 0, stream.read(size)
    while following := stream.read(size):
        yield _nonce(prefix, number, last=False), piece
        number, piece = number + 1, following
    yield _nonce(prefix, number, last=True), piece


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])
