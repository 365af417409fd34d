"""Which encoding a text is in, by what its bytes make when they are read as one or the other."""

from __future__ import annotations

import codecs

from sga_pipeline.draft.scan import Scan

# Letters and signs that texts of western Europe and Latin America are made of, beyond ASCII.
_WESTERN = set("áéíóúñãçõâêôàèìòùüïëîûäöœæøåÁÉÍÓÚÑÃÇÕÂÊÔÀÈÙÜÏËÎÛÄÖºª°«»¿¡–—’‘“”…€§·")
# The same of central Europe: Polish, Czech, Slovak, Hungarian, Romanian, Croatian, Slovene.
_CENTRAL = set("ąćęłńóśźżáčďéěíňřšťúůýžäôľĺŕőűöüâîăşţđĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŠŤÚŮÝŽÄÔĽŐŰÖÜÂÎĂŞŢĐ–—„”’…€§·")
_CYRILLIC = {chr(code) for code in range(0x410, 0x450)} | {"ё", "Ё", "№", "«", "»", "–", "—"}
_CANDIDATES = (("cp1252", _WESTERN), ("mac_roman", _WESTERN), ("cp1251", _CYRILLIC), ("koi8_r", _CYRILLIC))
# Most western letters are letters of central Europe when read so: these must be clearly better.
_CHALLENGERS = (("cp1250", _CENTRAL), ("iso8859_2", _CENTRAL))
CLEARLY = 0.03


def encoding_of(scan: Scan) -> tuple[str, str]:
    """The encoding's name, and why; where two fit alike the reason says so."""
    if scan.head.startswith(codecs.BOM_UTF16_LE) or scan.head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16", "the file begins with the mark of UTF-16"
    if scan.nul:
        odd_places = scan.head[1:2000:2].count(0)
        return ("utf-16-le" if odd_places > scan.head[0:2000:2].count(0) else "utf-16-be"), "every other byte is zero"
    if scan.utf8:
        if scan.head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig", "the file begins with the mark of UTF-8 and every byte fits"
        return "utf-8", "every byte fits UTF-8" if scan.odd else "every byte is ASCII"
    scores = {name: _share(scan.odd, name, usual) for name, usual in _CANDIDATES}
    best = max(scores, key=lambda name: scores[name])
    challenges = {name: _share(scan.odd, name, usual) for name, usual in _CHALLENGERS}
    challenger = max(challenges, key=lambda name: challenges[name])
    if challenges[challenger] > scores[best] + CLEARLY:
        scores |= challenges
        best = challenger
    why = f"not UTF-8; {scores[best]:.0%} of the letters beyond ASCII are usual ones when read as {best}"
    runner = max((name for name in scores if name != best), key=lambda name: scores[name])
    if scores[runner] > scores[best] - 0.05:
        why += f", {scores[runner]:.0%} as {runner}: look at the accents"
    return best, why


def _share(odd: bytes, name: str, usual: set[str]) -> float:
    """Share of letters beyond ASCII that are usual and are among letters of their own case."""
    text = odd.decode(name, errors="replace")
    good = seen = 0
    for at, one in enumerate(text):
        if one < "\x80":
            continue
        seen += 1
        before = text[at - 1] if at else " "
        # A capital after a small letter is what a wrong encoding makes of a word.
        good += one in usual and not (one.isupper() and before.islower())
    return good / seen if seen else 0.0
