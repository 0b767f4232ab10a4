"""Sealed files: whatever is changed, moved or cut off is noticed."""

import io
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ops import sealing
from portal.ops.sealing import MAGIC, PIECE, PREFIX, TAG, Unreadable

KEY, OTHER = bytes(range(32)), bytes(32)
HEAD = len(MAGIC) + PREFIX


def seal(plain: bytes) -> bytes:
    out = io.BytesIO()
    sealing.seal(io.BytesIO(plain), out, KEY)
    return out.getvalue()


def unseal(sealed: bytes, key: bytes = KEY) -> bytes:
    out = io.BytesIO()
    sealing.unseal(io.BytesIO(sealed), out, key)
    return out.getvalue()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_what_is_sealed_comes_back(size: int) -> None:
    plain = bytes(size)
    assert unseal(seal(plain)) == plain


def test_the_same_file_never_looks_the_same() -> None:
    assert seal(b"x") != seal(b"x")


def test_another_key_opens_nothing() -> None:
    with pytest.raises(Unreadable, match="密钥不对"):
        unseal(seal(b"x"), OTHER)


@given(st.data())
def test_a_changed_byte_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(seal(b"grades and money"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        unseal(bytes(sealed))


@pytest.mark.parametrize("cut", [0, 5, HEAD, HEAD + PIECE + TAG, -1])
def test_a_file_that_was_cut_off_is_noticed(cut: int) -> None:
    with pytest.raises(Unreadable):
        unseal(seal(bytes(2 * PIECE))[:cut])


def test_pieces_that_changed_places_are_noticed() -> None:
    sealed = seal(bytes(3 * PIECE))
    size = PIECE + TAG
    first, second = sealed[HEAD : HEAD + size], sealed[HEAD + size : HEAD + 2 * size]
    with pytest.raises(Unreadable):
        unseal(sealed[:HEAD] + second + first + sealed[HEAD + 2 * size :])


def test_a_key_is_32_bytes() -> None:
    assert sealing.key_of(urlsafe_b64encode(KEY).decode() + "\n") == KEY


@pytest.mark.parametrize("text", ["", "abc", "不是密钥", urlsafe_b64encode(KEY[:16]).decode()])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="32"):
        sealing.key_of(text)
