"""How each element of TEI P5 becomes text: one table, which also generates the documentation.

It has the elements of the Guidelines, version 4.12. What is not in it is taken as ``hi`` is: its text stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias
from urllib.parse import unquote

from corpusfmt.formats.tei.thirdparty.flow import BLANK, LINE, NOTHING, SOFT, SPACE, TOUCH, VERSE

if TYPE_CHECKING:
    from corpusfmt.formats.tei.thirdparty.to_text import ThirdPartyText


#: What an element may stand in, in the order of ``Way.parted``: among whole blocks; in a stanza; in a speech; among
#: lines; in running text. The last three are running text too: in ``data`` and ``words`` elements that touch are parted
#: by a space, and in a cell or an inline note (``flat``) nothing but spaces parts what stands there.
INSIDES: Final = ("blocks", "verse", "speech", "lines", "running", "data", "words", "flat")


class Way(NamedTuple):
    """What becomes of some elements.

    ``parted`` says how they are set off from what is before and after, in each of the first five of ``INSIDES``: by a
    blank line (``b``), a new line (``n``, and ``v`` where a word may go on over it), a new line before and a blank line
    after (``N``), a space (``_``), a space where no punctuation is (``s``), a space where two such elements touch
    (``t``), or nothing (``-``). ``inside`` is what they are to what stands in them; empty: what stands around them.
    ``act`` names what else is done. What is ``shown`` can be seen in the text, and is not counted as dropped.
    """

    elements: str
    becomes: str
    parted: str = "-----"
    inside: str = ""
    act: str = ""
    shown: bool = False


WAYS: Final = (
    # -- blocks and lines -------------------------------------------------------------------------------
    Way("text front body back group floatingText div div1 div2 div3 div4 div5 div6 div7 titlePage argument epigraph "
        "postscript prologue epilogue performance set spGrp msDesc msPart msFrag object superEntry schemaSpec "
        "specGrp moduleSpec elementSpec classSpec macroSpec dataSpec",
        "set off by blank lines, and so is what they hold", "bbbbb", "blocks", shown=True),
    Way("p", "a paragraph, set off by blank lines; in a speech or a list a line", "bbnnb", "running", shown=True),
    Way("head trailer byline docImprint docEdition titlePart imprimatur headLabel headItem post",
        "a paragraph among paragraphs, else a line", "bbnnn", "running", shown=True),
    Way("docTitle opener closer", "set off by blank lines, their parts are lines", "bbnnn", "lines", shown=True),
    Way("list castList castGroup listBibl listChange listEvent listNym listObject listOrg listPerson "
        "listPlace listRelation specList", "set off by blank lines among paragraphs, their items are lines",
        "bbnnn", "lines", shown=True),
    Way("item dateline salute signed addrLine sense hom re", "a line", "nnnnn", "running", shown=True),
    Way("table", "set off by blank lines among paragraphs, its rows are lines", "bbnnn", "lines", shown=True),
    Way("row", "a line, with a tab between two cells", "nnnnn", "lines", "row", shown=True),
    Way("cell", "kept on the line of its row, whatever is in it; an empty one keeps its place", "nnnnn", "flat", "cell",
        shown=True),
    # -- verse, drama, speech ---------------------------------------------------------------------------
    Way("lg", "a stanza, set off by blank lines", "bbNbb", "verse", shown=True),
    Way("l", "a line; a word goes on in the next one where break=\"no\", or the part, next or prev of its w, says so",
        "vvvvv", "running", shown=True),
    Way("speaker", "a line", "nnnnn", "running", shown=True),
    Way("sp", "a speech, set off by blank lines; what it holds are lines", "bbbbb", "speech", shown=True),
    Way("stage camera caption sound tech view writing",
        "a line between speeches and lines; in running text a space parts them from words", "nnnns", "running"),
    Way("u castItem", "a line; elements in it that touch are parted by a space", "nnnnn", "words", shown=True),
    Way("pause shift", "a space: they part words", act="space"),
    Way("incident kinesic vocal", "left out, a space in their place: what they describe is not said", "sssss",
        act="out"),
    # -- a block here, a phrase there -------------------------------------------------------------------
    Way("ab q quote said", "a paragraph among paragraphs, a line in a speech; in running text their text stays",
        "bbnnt", "running"),
    Way("eg", "as quote, its white space kept", "bbnnt", "running", "keep"),
    Way("cit figure", "set off among paragraphs; in running text a space parts them from words", "bbnns", "lines"),
    Way("title label desc bibl author editor docAuthor docDate formula notatedMusic rubric finalRubric incipit "
        "explicit colophon extent textLang filiation secFol catchwords signatures",
        "a line among paragraphs and lines; in running text their text stays", "nnnnt", "running"),
    Way("address biblStruct biblFull relatedItem fileDesc titleStmt editionStmt publicationStmt seriesStmt notesStmt "
        "sourceDesc", "a line among paragraphs and lines; parts that touch are parted by a space", "nnnnt", "data"),
    # -- people, places, manuscripts, dictionaries ------------------------------------------------------
    Way("person personGrp persona place org event nym witness objectIdentifier msIdentifier altIdentifier dictScrap "
        "attDef valItem", "a line; parts that touch are parted by a space", "nnnnn", "data", shown=True),
    Way("entry entryFree", "set off by blank lines; parts that touch are parted by a space", "bbnnb", "data",
        shown=True),
    Way("msContents msItem msItemStruct physDesc objectDesc supportDesc layoutDesc layout handDesc handNotes "
        "handNote typeDesc typeNote scriptDesc scriptNote decoDesc decoNote additions bindingDesc binding sealDesc "
        "seal accMat history origin provenance acquisition additional adminInfo recordHist source custodialHist "
        "custEvent surrogates support collation foliation condition summary annotationBlock attList valList exemplum "
        "remarks", "on lines of their own", "nnnnn", "blocks", shown=True),
    # -- transcription ----------------------------------------------------------------------------------
    Way("sourceDoc surface surfaceGrp", "set off by blank lines; read where the document has no text element", "bbbbb",
        "blocks", shown=True),
    Way("zone", "on lines of its own", "nnnnn", "lines", shown=True),
    Way("line", "a line, as l", "vvvvv", "running", shown=True),
    Way("lb", "a new line, a space, or it joins (option lb); with break=\"no\" it joins, and a hyphen before it goes",
        act="lb", shown=True),
    Way("pb cb gb milestone anchor handShift addSpan damageSpan ptr caesura",
        "nothing; with break=\"no\" they join as lb does, with break=\"yes\" they are a space", act="milestone"),
    Way("delSpan", "what is between it and the end of the element that spanTo names is left out, or kept (option "
        "choice)", act="delSpan"),
    Way("space", "a space", act="space", shown=True),
    Way("gap", "nothing, for there is no text; between two letters […]", act="gap"),
    Way("g", "its text, else the mapping that charDecl has for it", act="g"),
    Way("fw", "running titles and page numbers: left out, or kept where they stand (option fw), but not inside of a "
        "word that goes on behind them", "nnnn_", "running", "fw"),
    Way("del surplus", "left out, or kept (option choice); kept inside of restore", act="del"),
    Way("restore", "its text stays, what is deleted in it too", act="restore"),
    Way("subst", "its add; its del where the original is wanted (option choice)", act="subst"),
    Way("choice",
        "corr, reg or expan, else the first that is not sic, orig, abbr or am; where the original is wanted it is "
        "sic, orig, abbr or am (option choice)", act="choice"),
    Way("app", "lem, else the first rdg, or the reading of a witness (option witness); left out where it has from, to "
        "or loc, or the header says that it is not of parallel segments", act="app"),
    Way("rdgGrp", "taken as if it were not there", act="rdgGrp"),
    Way("expan", "its text stays, without am in it where the edited text is wanted (option choice)", act="expan"),
    Way("am", "its text stays, but in expan where the edited text is wanted (option choice)", act="am"),
    Way("ex", "its text stays; left out where the original is wanted (option choice)", act="ex"),
    Way("metamark", "left out: it says how to read, and is not read", act="out"),
    # -- notes ------------------------------------------------------------------------------------------
    Way("note witDetail",
        "a paragraph after the text, where it stands, or left out (option notes); one that stands between paragraphs "
        "stays there", "bnnn_", "running", "note"),
    Way("noteGrp", "its notes", act="bare"),
    Way("ruby", "its rb", act="bare"),
    Way("rt", "left out: it says how rb sounds", act="out"),
    # -- phrases ----------------------------------------------------------------------------------------
    Way("s persName placeName orgName geogName date time surname forename roleName genName addName nameLink bloc "
        "country region settlement district street "
        "postCode postBox biblScope citedRange publisher pubPlace analytic monogr series imprint role roleDesc actor "
        "locus dim dimensions height width depth "
        "eventName objectName geogFeat idno msName repository institution collection material objectType num measure "
        "unit email name resp respStmt funder sponsor principal edition meeting age birth death sex gender floruit "
        "nationality residence occupation affiliation education faith socecStatus langKnown geo offset origDate "
        "origPlace terrain climate population",
        "their text stays; where two of them touch, a space", "ttttt"),
    Way("w", "its text stays; a line, page or column that begins inside of it, or between its parts (part, next, "
        "prev), joins as with break=\"no\"", act="word"),
    Way("pc", "its text stays; where it has join, as w may, there is no white space", act="token"),
    Way("hi emph foreign distinct mentioned soCalled term gloss rs measureGrp ref abbr sic corr reg orig "
        "lem rdg add supplied unclear damage secl retrace redo undo mod ellipsis rb seg cl phr m c rhyme stamp "
        "heraldry watermark musicNotation locusGrp form orth pron hyph syll stress gram gramGrp case gen iType mood "
        "number per pos subc tns def etym lang lbl xr usg colloc gi att tag val ident code altIdent specDesc "
        "defaultVal valDesc distributor authority availability licence langKnowledge persPronouns trait state "
        "location", "their text stays"),
    # -- no text ----------------------------------------------------------------------------------------
    Way("teiHeader", "metadata, not text", act="out"),
    Way("facsimile standOff fsdDecl xenoData", "left out: they are no text", act="out"),
    Way("figDesc", "left out: it says what a picture shows; of GROBID it is the caption, and a line",
        "nnnnn", "running", "figDesc"),
    Way("listApp listWit", "left out: an apparatus beside the text, and who has its readings", act="out"),
    Way("index", "left out: its terms are for an index", act="out"),
    Way("wit variantEncoding", "left out: they name witnesses", act="out"),
    Way("graphic media binaryObject", "left out: pictures and sounds", act="out"),
    Way("span spanGrp interp interpGrp certainty precision respons listAnnotation annotation link linkGrp join "
        "joinGrp alt altGrp timeline when substJoin listTranspose transpose", "left out: they are about the text",
        act="out"),
    Way("fs f fLib fvLib vAlt vColl vDefault vLabel vMerge vNot vRange binary symbol numeric string default if then "
        "iff cond bicond fsConstraints fsDecl fDecl fsDescr fDescr fsdLink graph node arc tree root iNode leaf eTree "
        "eLeaf triangle forest listForest", "left out: analysis of the text", act="out"),
    Way("content constraintDecl constraintSpec constraint datatype dataFacet model modelGrp modelSequence "
        "outputRendition param paramList paramSpec", "left out: they are for programs", act="out"),
    Way("divGen move witStart witEnd lacunaStart lacunaEnd path oRef pRef relation attRef classRef dataRef "
        "elementRef macroRef moduleRef schemaRef specGrpRef listRef classes memberOf equiv textNode anyElement empty "
        "sequence alternate interleave", "nothing: they are empty, or hold what is", act="milestone"),
)  # fmt: skip

#: Elements of other namespaces, with the elements of TEI that they are taken for: TXM writes what is known of a word
#: into it.
ELSEWHERE: Final = {"http://textometrie.org/1.0 ana": "interp"}
#: The way of each element.
ELEMENTS: Final = {name: way for way in WAYS for name in way.elements.split()}
#: Elements that can be seen in the text.
SHOWN: Final = frozenset(name for name, way in ELEMENTS.items() if way.shown)
#: Elements that are parted by a space where they touch, in running text too.
TOUCHING: Final = frozenset(name for name, way in ELEMENTS.items() if way.parted[4] == "t")


def table() -> str:
    """Return the table for the docs, in Markdown."""
    rows = [f"| {' '.join(f'`{name}`' for name in way.elements.split())} | {way.becomes} |" for way in WAYS]
    rows = [
        "| elements | what becomes of them |",
        "| --- | --- |",
        *rows,
        "| `txm:ana` (TXM) | left out, as `interp` |",
        "| all others | their text stays; those of other namespaces are parted by a space where two touch |",
    ]
    return "\n".join(rows) + "\n"


def pointed(pointer: str) -> str:
    """Return the name that a pointer leads to, which may be percent-encoded (RFC 3987, 3.1), or empty."""
    path, mark, name = pointer.strip().rpartition("#")
    if path or not mark:
        return ""
    return unquote(name) if "%" in name else name


#: What parts an element from what is before it and after it, by the letters of ``Way.parted``.
_PARTS: Final = {
    "b": (BLANK, BLANK),
    "n": (LINE, LINE),
    "v": (VERSE, VERSE),
    "N": (LINE, BLANK),
    "_": (SPACE, SPACE),
    "s": (SOFT, SOFT),
    "t": (TOUCH, TOUCH),
    "-": (NOTHING, NOTHING),
}
#: Acts that make lines, of which there are none where all is flat.
_LINES: Final = ("row", "cell")

Closing: TypeAlias = "Callable[[ThirdPartyText], None]"
#: Gives the step that is taken in the end, or None when the element is left out.
Opening: TypeAlias = "Callable[[ThirdPartyText, str, Mapping[str, str], Step], Step | None]"
Acts: TypeAlias = "Callable[[str], tuple[Opening, Closing | None]]"


class Table(dict[str, "Step"]):
    """The steps of all elements in one of ``INSIDES``; ``is_text`` says whether white space there is text."""

    def __init__(self, *, is_text: bool) -> None:
        super().__init__()
        self.is_text = is_text

    def __missing__(self, name: str) -> Step:
        """Return the step of an element that TEI does not have."""
        return self["s" if " " in name else "hi"]


class Step(NamedTuple):
    """What to do with an element: what parts it from what is ``before`` and ``after`` it, the table for what it holds,
    and what else is done at its start and its end.

    ``before`` is TOUCH where only an element that ended just here asks for a space.
    """

    before: int
    after: int
    table: Table
    opening: Opening | None = None
    closing: Closing | None = None


@lru_cache(1)
def tables(acts: Acts) -> dict[str, Table]:
    """Return the table for each of ``INSIDES``. ``acts`` gives the functions of an act."""
    made = {inside: Table(is_text=inside not in INSIDES[:4]) for inside in INSIDES}
    for inside, table in made.items():
        for name, way in ELEMENTS.items():
            table[name] = _step(way, inside, made, acts)
        table.update({name: table[like] for name, like in ELSEWHERE.items()})
    return made


def _step(way: Way, inside: str, made: dict[str, Table], acts: Acts) -> Step:
    part = way.parted[min(INSIDES.index(inside), 4)]
    act, within = way.act, way.inside or inside
    if inside == "flat":
        within = "flat"
        part = "_" if part in "bnNv" else part
        act = "" if act in _LINES else act
    elif part == "_":
        within = "flat"
    elif part in "st" and within == "lines":  # a phrase here, no block
        within = inside
    elif inside in ("data", "words") and part == "-" and act in ("", "token", "word", "expan"):
        part = "t"
    if act == "note" and inside in ("blocks", "data"):  # here it breaks no sentence
        act, within, part = "block note", "running", "b" if inside == "blocks" else "n"
    before, after = _PARTS[part]
    return Step(before, after, made[within], *(acts(act) if act else ()))
