"""Texts that a reader may type or paste: what a page must train on, or refuse with a sentence."""

from __future__ import annotations

import unicodedata
from itertools import islice

from tests.browser.hostile import PAYLOADS

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
FLAG = "🇰🇷"
ZALGO = "Z\u0351\u036b\u0343\u036aa\u0316\u0317l\u030d\u030eg\u0320o\u0321"

SHORT = ("", "a", "한", "👍", "\n", " ", "\t", "\u0301", "\ud800", "\x00", "aa", "    ", "\n\n\n", "a" * 50, "👍👍")

LONG = (
    *("hello " * 100, "ab" * 500, "나는 생각한다. " * 60, "x" * 3_999 + "y", "ab" * 2_500, "가나다 " * 5_000),
    *(" I think therefore I am." * 1_000, "".join(map(chr, range(0xAC00, 0xAC00 + 300)))),
    "".join(map(chr, range(0x4E00, 0x4E00 + 2_000))),
)

WRITTEN = (
    *(
        f"thumbs {FAMILY} up",
        f"{FLAG}{FLAG}🇯🇵",
        "1️⃣2️⃣3️⃣",
        "👍🏽👍🏿👍",
        "a😀b😀c",
        "❤️❤",
        "🏴\U000e0067\U000e0062\U000e007f",
    ),
    *(
        ZALGO,
        "e\u0301e\u0301è",
        unicodedata.normalize("NFD", "나는 생각한다"),
        "ᄒ\u1161\u11abㅎㅏㄴ",
        "ก็กิ",
        "नमस्ते",
        "\u0301abc",
    ),
    *(
        "שלום עולם",
        "السلام عليكم",
        "abc שלום def",
        "\u202eevil\u202c",
        "\u2066x\u2069y",
        "\u200fa\u200eb",
        "ا" * 9 + "ب",
    ),
    *("a\ud800b", "a\udc00b", "\ud800\ud800", "\udc00\ud800", "ab\ud83d", "\ude00ab", "\ud800\ufffd", "👍\ud83d👍"),
    *(
        "a\ufeffb",
        "\ufeffab",
        "a\u200bb\u200cc\u200d",
        "a\u00adb",
        "\u00a0\u3000\u2003 ",
        "\ue000\uf8ff",
        "\uffff\ufffe",
        "\U0010ffff!",
    ),
    *(
        "a\u2028b\u2029c",
        "a\u0085b",
        "one\ntwo\nthree",
        "a\n\n\nb",
        "\r\n\r\n",
        "a\rb",
        "\ta\tb",
        "a\vb\fc",
        " lead and trail ",
    ),
    *("__proto__", "constructor", "toString", "hasOwnProperty", "null", "undefined", "NaN", "0", "false", "1e309"),
    *(
        "${1+1}",
        "{text}",
        "{0}{1}",
        "%s%d",
        "\\n\\u0041",
        "\\",
        "'",
        '"',
        "`",
        "''\"\"",
        "a&amp;b",
        "&#x41;B",
        "<b>bold</b>",
    ),
    *("#text=x&seed=9", "a+b=c&d", "100% sure", "%00%FF", "?#/\\", "a%20b+c d", "data:,x", "file:///etc/passwd"),
    *('{"text": [1, 2]}', "[]", "--", "<!-- x -->", "*/ /*", "//", "; DROP TABLE runs; --", "$$x^2$$", "\\frac{a}{b}"),
    *("𝒜𝓃𝒶", "ＡＢＣ", "ﬁﬂﬃ", "ǅǆ", "ßẞ", "İıiI", "ſs", "ΑA", "𐍈𐍉", "🀄🀀", "ꙮꙮ!", "﷽ ﷽", "ￃￂ", "\u3164\uffa0"),
)

CONTROLS = tuple(f"a{chr(code)}b" for code in (*range(32), *range(0x7F, 0xA0)))


#: One of each kind.
FEW = (
    *("", "a", "\n\n\n", f"thumbs {FAMILY} up", ZALGO, "abc שלום def", "a\x00b", "a\ud800b", "👍\ud83d👍", "a\ufeffb"),
    *("\r\n\r\n", "a\u2028b\u2029c", "__proto__", "${1+1}", "#text=x&seed=9", PAYLOADS[0], PAYLOADS[40]),
    *(unicodedata.normalize("NFD", "나는 생각한다"), "ab" * 500, "가나다 " * 5_000),
)


def odd_texts(count: int) -> list[str]:
    """Return so many different texts, one of each kind first."""
    return list(islice(dict.fromkeys((*FEW, *WRITTEN, *SHORT, *LONG, *CONTROLS, *PAYLOADS[::4])), count))
