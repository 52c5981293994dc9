"""What the made-up person wrote of the made-up year: cards that worked and cards that did not, and two check-ins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from tokentray.core.journal import Card, CheckIn, Edit, Level, Link, Outcome, Retry
from tokentray.store.checkin_table import record_checkin
from tokentray.store.database import History
from tokentray.store.journal_table import keep_edit, put_card, record_retry, save_search, set_tag_colour

NEAR_DAYS = 6
"""A story is told of a session on its project that is not further away than this."""

WRITTEN_AFTER = timedelta(minutes=12)
EVENING = time(17, 40)
EDITED = 39
"""The story (so many days ago) that was edited later."""


W, P, F, U = Outcome.WORKED, Outcome.PARTLY, Outcome.FAILED, Outcome.UNCLEAR


@dataclass(frozen=True, slots=True)
class Stretch:
    """A session of one agent as the demo made it; instants aware and UTC."""

    project: str
    start: datetime
    end: datetime
    model: str


@dataclass(frozen=True, slots=True)
class Story:
    """
    A card about something `ago` days ago. `project` "": used where no log is, such as a chat on the web.

    `again` is how many days ago the story was that it tries again; `answered` that the person said no to another try. `model` is the one it
    was tried with, "" the one of its session.
    """

    ago: int
    project: str
    title: str
    outcome: Outcome | None
    tried: str
    worked: str = ""
    learned: str = ""
    next: str = ""
    tags: str = ""
    function: str = "engineering"
    level: Level = Level.ME
    effort: int | None = None
    saved: tuple[int, int] | None = None
    url: str = ""
    again: int = 0
    answered: bool = False
    draft: bool = False
    model: str = ""


STORIES = (
    Story(
        361,
        "alpha",
        "Reading a code base I had never seen",
        W,
        "Asked for a tour of `alpha`: entry points, data flow, where the odd parts are.",
        "A map of the modules in ten minutes; three of the five odd parts were really odd.",
        "Ask for file names and line numbers; answers without them are guesses.",
        tags="onboarding reading",
        effort=40,
        saved=(60, 180),
    ),
    Story(
        352,
        "",
        "Minutes of the product meeting",
        P,
        "Pasted the transcript and asked for decisions and owners.",
        "Decisions were right, two owners were made up.",
        "Names have to be checked one by one.",
        tags="meetings writing",
        function="product",
        effort=20,
    ),
    Story(
        343,
        "thesis",
        "Outline for the second chapter",
        P,
        "Gave the abstract and the literature list, asked for three outlines.",
        "The second outline showed a gap I had not seen.",
        "Good for order, weak on what is new.",
        tags="writing research",
        function="research",
        effort=60,
    ),
    Story(
        331,
        "alpha",
        "Whole test suite moved to another runner",
        F,
        "One prompt for 240 files.",
        "",
        "Too much at once: it lost track after forty files and began to delete assertions.",
        "In slices of ten, with the old suite as the judge.",
        tags="tests migration",
        effort=150,
    ),
    Story(
        322,
        "website",
        "Alternative texts for 120 pictures",
        W,
        "A script that shows each picture and asks for one sentence.",
        "Nine out of ten could stay as they were.",
        "Say for whom the sentence is; the tone follows.",
        tags="accessibility content",
        function="design",
        level=Level.TEAM,
        effort=90,
        saved=(240, 360),
    ),
    Story(
        309,
        "",
        "Standard letter for late payments",
        W,
        "Three tones, from friendly to firm.",
        "The firm one was friendlier than ours.",
        "",
        tags="writing",
        function="finance",
        effort=15,
        saved=(15, 30),
    ),
    Story(
        296,
        "billing-service",
        "Rounding of half cents",
        W,
        "Had it look for every place where money is a float.",
        "Found eleven, two of them in reports nobody tests.",
        "It is at its best where the question is exact and the answer can be counted.",
        tags="money review",
        level=Level.TEAM,
        effort=75,
        saved=(120, 240),
    ),
    Story(
        283,
        "alpha",
        "Guessing why the build got slow",
        U,
        "Gave it the timings of forty builds.",
        "",
        "Five theories, all plausible. Measuring one took longer than the talk.",
        tags="build performance",
        effort=80,
        answered=True,
    ),
    Story(
        270,
        "website",
        "Draft of the pricing page",
        P,
        "Our notes and two competitors’ pages.",
        "Structure good, every sentence sounded like everybody else.",
        "Use it for the skeleton; write the words yourself.",
        tags="content writing",
        function="marketing",
        effort=50,
    ),
    Story(
        262,
        "",
        "Interview guide for eight customers",
        W,
        "Asked it to find leading questions in my guide.",
        "Seven of twenty were leading. The interviews went deeper.",
        "As a critic it is better than as an author.",
        tags="interviews research",
        function="product",
        level=Level.COMPANY,
        effort=30,
        saved=(30, 60),
    ),
    Story(
        248,
        "alpha",
        "Tests moved, ten files at a time",
        W,
        "The migration again: ten files, run, compare, next ten.",
        "Two days instead of two weeks, and no assertion lost.",
        "Small slices with a judge that cannot be talked to.",
        tags="tests migration",
        level=Level.TEAM,
        effort=540,
        saved=(1800, 3000),
        again=331,
    ),
    Story(
        236,
        "thesis",
        "Checking my citations",
        F,
        "Asked whether the cited papers say what I claim.",
        "",
        "It agreed with everything, also with two claims I had made up as a trap.",
        "Only with the papers' text in front of it.",
        tags="research",
        function="research",
        effort=70,
        answered=True,
    ),
    Story(
        223,
        "billing-service",
        "Retry logic of the payment webhook",
        W,
        "Described the bug, asked for a failing test first.",
        "The test failed for the right reason; the fix was four lines.",
        "Ask for the failing test before anything else.",
        tags="bugs tests",
        effort=55,
        saved=(60, 120),
    ),
    Story(
        211,
        "website",
        "Moving the styles to variables",
        W,
        "Colours and distances of 60 files.",
        "All done in an afternoon; two shades were merged that should not have been.",
        "Let it list the merges before it makes them.",
        tags="refactor design-system",
        function="design",
        effort=180,
        saved=(300, 600),
    ),
    Story(
        199,
        "",
        "Answers to a security questionnaire",
        P,
        "Our policies as text, 90 questions.",
        "Sixty answers good, thirty too sure of themselves.",
        "Ask it to say “not in the policies”; then it does.",
        tags="compliance writing",
        function="legal",
        effort=120,
        saved=(180, 300),
    ),
    Story(
        187,
        "alpha",
        "A parser for the old export format",
        W,
        "Three sample files and no description.",
        "It found the checksum rule from the samples. I would not have.",
        "Samples beat descriptions.",
        tags="parsing",
        effort=100,
        saved=(240, 480),
    ),
    Story(
        175,
        "billing-service",
        "Concurrency bug in the ledger",
        F,
        "Logs, code and a core dump's threads.",
        "",
        "Three confident explanations; the real one was a wrong index, found by hand.",
        "Try again with a trace that shows the order of events.",
        tags="bugs concurrency",
        effort=210,
    ),
    Story(
        166,
        "thesis",
        "Plots in one style",
        W,
        "Ten plots from ten scripts.",
        "One module, same fonts and sizes everywhere.",
        "",
        tags="plots refactor",
        function="research",
        effort=65,
        saved=(90, 150),
    ),
    Story(
        154,
        "alpha",
        "Release notes from the commits",
        P,
        "Commits of three months, grouped for users.",
        "Grouping right, but it praised every change.",
        "Forbid adjectives.",
        tags="writing release",
        effort=25,
        saved=(30, 60),
    ),
    Story(
        147,
        "website",
        "Translation of the help pages",
        P,
        "English to German with our glossary.",
        "The glossary held; menus were translated that are in English in the program.",
        "Give it the program’s own texts too.",
        tags="translation content",
        function="support",
        effort=140,
        saved=(480, 900),
    ),
    Story(
        139,
        "alpha",
        "Architecture discussion before writing code",
        W,
        "Asked for three designs and what speaks against each.",
        "The second had a flaw that it found itself when asked twice.",
        "“What speaks against it” is the best question there is.",
        tags="design review",
        level=Level.TEAM,
        effort=70,
        saved=(60, 240),
    ),
    Story(
        131,
        "",
        "Slides for the board",
        F,
        "Our numbers and last year’s slides.",
        "",
        "Beautiful slides, wrong axis on two of them. Checking took longer than making.",
        tags="slides",
        function="finance",
        effort=110,
        answered=True,
    ),
    Story(
        124,
        "billing-service",
        "The ledger bug, with a newer model and a trace",
        W,
        "The same bug, this time with the order of events from the tracer.",
        "It named the wrong index in its first answer.",
        "It needed what I would have needed: the order of events.",
        "Keep the tracer on in staging.",
        tags="bugs concurrency",
        level=Level.COMPANY,
        effort=35,
        saved=(180, 300),
        again=175,
    ),
    Story(
        117,
        "thesis",
        "Rewriting the introduction",
        U,
        "Four versions of one page.",
        "",
        "All read well, none was mine. I do not know whether that is good.",
        tags="writing",
        function="research",
        effort=90,
        answered=True,
    ),
    Story(
        103,
        "alpha",
        "Dead code, found and removed",
        W,
        "Coverage of a month in production and the call graph.",
        "4,100 lines gone, nothing missed since.",
        "Coverage first, opinion later.",
        tags="refactor",
        level=Level.TEAM,
        effort=120,
        saved=(300, 600),
    ),
    Story(
        96,
        "website",
        "Search that forgives typos",
        P,
        "Trigram index in the static site.",
        "Works; the index was larger than the pages.",
        "Say how much it may cost before it begins.",
        tags="search performance",
        effort=160,
    ),
    Story(
        89,
        "",
        "Comparing two supplier contracts",
        W,
        "Clause by clause, differences only.",
        "Found the one changed word in the liability clause.",
        "A table with quotes, so that every line can be checked.",
        tags="contracts",
        function="legal",
        level=Level.COMPANY,
        effort=45,
        saved=(120, 180),
    ),
    Story(
        83,
        "billing-service",
        "Invoices as PDF without the old library",
        W,
        "Old output as pictures, new output compared pixel by pixel.",
        "Same to the pixel but for one hyphen.",
        "A judge made of pixels.",
        tags="migration pdf",
        effort=230,
        saved=(400, 900),
    ),
    Story(
        76,
        "alpha",
        "Estimating a quarter’s work",
        F,
        "Forty tickets, history of the last year.",
        "",
        "Each number plausible, the sum nonsense: it does not know who is on leave.",
        tags="planning",
        function="product",
        effort=50,
        answered=True,
    ),
    Story(
        69,
        "website",
        "Contrast of all colour pairs",
        W,
        "All pairs in use, measured, with the nearest passing colour.",
        "14 pairs were too weak; fixed in an hour.",
        "",
        tags="accessibility design-system",
        function="design",
        effort=60,
        saved=(120, 240),
    ),
    Story(
        62,
        "alpha",
        "Property tests for the parser",
        W,
        "Asked for the invariants first, then the tests.",
        "Two real bugs in the first minute.",
        "Invariants are what it sees and I do not.",
        "The same for the importer.",
        tags="tests parsing",
        level=Level.TEAM,
        effort=80,
        saved=(120, 240),
    ),
    Story(
        55,
        "",
        "First answers of the support bot, read by us",
        P,
        "Fifty answers, two readers, a table of mistakes.",
        "Forty-one were fine. The nine others were polite and wrong.",
        "It should say when it does not know; now it does.",
        tags="support evaluation",
        function="support",
        level=Level.TEAM,
        effort=95,
    ),
    Story(
        48,
        "thesis",
        "Statistics of the user study",
        U,
        "Raw data and the question; asked which test fits.",
        "",
        "Two different tests on two days. My supervisor decides.",
        tags="research statistics",
        function="research",
        effort=60,
        answered=True,
    ),
    Story(
        44,
        "billing-service",
        "Moving to the new tax rates",
        W,
        "The law’s table and our code.",
        "Found a country we had forgotten.",
        "",
        tags="money",
        effort=85,
        saved=(90, 180),
    ),
    Story(
        39,
        "alpha",
        "Offline mode, second design",
        P,
        "A queue that survives a crash, described by failure and not by feature.",
        "The design is right, the code needed two days of care.",
        "Describe what may go wrong; the rest it finds itself.",
        tags="design sync",
        effort=320,
        saved=(240, 600),
    ),
    Story(
        34,
        "website",
        "Landing page in three variants",
        F,
        "Three audiences, one prompt each.",
        "",
        "Three times the same page with other nouns.",
        "Real words of real customers as material.",
        model="claude-sonnet-5",
        tags="content",
        function="marketing",
        effort=75,
    ),
    Story(
        30,
        "alpha",
        "Property tests for the importer",
        W,
        "As with the parser: invariants first.",
        "One bug, and a shorter importer.",
        "The second time took a quarter of the first.",
        tags="tests parsing",
        effort=35,
        saved=(60, 120),
    ),
    Story(
        27,
        "",
        "Job advertisement without clichés",
        W,
        "Ours, and the question what a good candidate would laugh at.",
        "Five phrases out, three facts in.",
        "",
        tags="hiring writing",
        function="people",
        effort=20,
        saved=(20, 40),
    ),
    Story(
        24,
        "billing-service",
        "Review of every SQL query",
        W,
        "Plans of 180 queries with the table sizes.",
        "Four missing indexes; the nightly run went from 40 to 9 minutes.",
        "Give it plans, not queries.",
        tags="performance sql",
        level=Level.COMPANY,
        effort=130,
        saved=(300, 600),
    ),
    Story(
        20,
        "thesis",
        "Citations again, with the papers beside it",
        W,
        "Each claim with the page it cites.",
        "Found one paper that says the opposite, and both of my traps.",
        "It checks well what lies in front of it.",
        tags="research",
        function="research",
        effort=110,
        saved=(240, 480),
        again=236,
    ),
    Story(
        17,
        "website",
        "Cookie banner removed",
        W,
        "List of what sets cookies, and why.",
        "Nothing needed one. The banner is gone.",
        "The best code is none.",
        tags="privacy refactor",
        effort=40,
    ),
    Story(
        15,
        "alpha",
        "Generated documentation",
        F,
        "Docs for 80 functions in one go.",
        "",
        "It says what the signature says. We threw it away.",
        "Ask only for what surprised it.",
        tags="documentation",
        effort=65,
        answered=True,
    ),
    Story(
        13,
        "billing-service",
        "Dry run of the year’s closing",
        P,
        "A script that closes a copy and explains each difference.",
        "Explained 96 of 100 differences.",
        "The last four were the interesting ones.",
        "A rule for the leap day.",
        tags="money",
        effort=150,
        saved=(120, 240),
    ),
    Story(
        11,
        "alpha",
        "Documentation of surprises only",
        W,
        "“What in this file would surprise a colleague?”",
        "Eleven comments, all of them kept.",
        "Surprise is a better brief than completeness.",
        tags="documentation",
        level=Level.TEAM,
        effort=30,
        saved=(60, 90),
        again=15,
    ),
    Story(
        9,
        "",
        "Objections of a sceptical buyer",
        P,
        "Had it play our most sceptical customer.",
        "Two objections we had never heard and now have an answer to.",
        "",
        tags="sales roleplay",
        function="sales",
        effort=25,
    ),
    Story(
        8,
        "website",
        "Pictures at half the size",
        W,
        "Formats and sizes of 300 pictures.",
        "Pages 60 % lighter.",
        "",
        tags="performance",
        function="design",
        effort=50,
        saved=(60, 120),
    ),
    Story(
        4,
        "alpha",
        "Flaky test, hunted down",
        W,
        "200 runs’ logs, asked what the failing ones have in common.",
        "A clock set to another zone on one runner.",
        "It reads 200 logs without getting tired.",
        tags="tests bugs",
        level=Level.TEAM,
        effort=45,
        saved=(90, 240),
    ),
    Story(
        3,
        "billing-service",
        "Refactoring of the dunning rules",
        F,
        "Rules as a table instead of branches.",
        "",
        "The table was elegant and dropped one exception that matters to eleven customers.",
        "Write the exceptions down as tests first.",
        tags="refactor money",
        effort=140,
    ),
    Story(
        2,
        "",
        "Naming the new plan",
        U,
        "Sixty names, with what they mean in five languages.",
        "",
        "We liked one on Tuesday and none on Wednesday.",
        tags="naming",
        function="marketing",
        effort=30,
    ),
    Story(
        2,
        "thesis",
        "Index of terms",
        W,
        "All terms with their first use.",
        "Two words for one thing in three chapters; now one.",
        "It notices what an author no longer sees.",
        tags="writing research",
        function="research",
        effort=40,
        saved=(60, 120),
    ),
    Story(
        1,
        "alpha",
        "Undo for the bulk edit",
        P,
        "Asked for the smallest change that makes every step reversible.",
        "The idea is right: keep what was there, not what was done. The tests are still missing.",
        "“Smallest change” keeps it from rebuilding the house.",
        "Tests for two edits at once.",
        tags="design undo",
        effort=95,
        saved=(60, 180),
    ),
    Story(
        1,
        "website",
        "Half a thought about the glossary",
        None,
        "One glossary for website, program and support",
        tags="translation",
        function="support",
        draft=True,
    ),
)

CHECKINS = (
    (
        1,
        (
            "- Asked only for what would surprise a colleague, instead of complete documentation.\n- Had a model play our most sceptical buyer.",
            "- Documentation of surprises: eleven comments, all kept. Open a file, ask “what here would surprise a colleague?”, keep what is true.",
            "- The dry run of the closing: the four differences it could not explain were the interesting ones.",
            "Tell it what a good answer leaves out.",
            "- Who else has a text that says what the reader can see anyway?",
        ),
    ),
    (
        2,
        (
            "- Checked citations with the papers beside it.\n- Asked for a list of what sets cookies, and why.",
            "- Citations: it found the paper that says the opposite. One claim, one page, one question at a time.",
            "- Documentation for 80 functions in one go was not worth it.",
            "It checks well what lies in front of it, and agrees with everything else.",
            "- Is there something we do only because there is a banner for it?",
        ),
    ),
)


def make_demo_journal(history: History, stretches: Sequence[Stretch], now: datetime, zone: ZoneInfo) -> None:
    """Writes the year's cards into a history that has the year's use; to be called in a transaction."""
    today = now.astimezone(zone).date()
    free = sorted(stretches, key=lambda stretch: stretch.start)
    cards: list[Card] = []
    by_ago: dict[int, Card] = {}
    for story in STORIES:
        stretch = _nearest(story, free, today, zone)
        if stretch is not None:
            free.remove(stretch)
        card = _card(story, stretch, today, zone)
        if story.again:
            card = replace(card, follows=by_ago[story.again].id)
        if card.created_at <= now:
            cards.append(card)
            by_ago[story.ago] = card
            put_card(history, card)
            if story.answered:
                record_retry(history, Retry(card.id, "", card.created_at, False))
    _edit_once(history, by_ago[EDITED])
    for week, checkin in _checkins(cards, today, zone):
        record_checkin(history, replace(checkin, week=week))
    save_search(history, "Failed, worth another try", "outcome:failed")
    save_search(history, "For the company", "level:company")
    for tag, colour in (("tests", 1), ("refactor", 4), ("writing", 2), ("money", 6)):
        set_tag_colour(history, tag, colour)


def _nearest(story: Story, free: list[Stretch], today: date, zone: ZoneInfo) -> Stretch | None:
    """The longest of the nearest day: short ones are seldom worth a card."""
    wanted = today - timedelta(days=story.ago)

    def days_away(stretch: Stretch) -> int:
        return abs((stretch.start.astimezone(zone).date() - wanted).days)

    near = [stretch for stretch in free if stretch.project == story.project and days_away(stretch) <= NEAR_DAYS]
    return min(near, key=lambda one: (days_away(one), one.start - one.end, one.start), default=None)


def _card(story: Story, stretch: Stretch | None, today: date, zone: ZoneInfo) -> Card:
    day = today - timedelta(days=story.ago)
    evening = datetime.combine(day, EVENING, zone).astimezone(UTC)
    written = evening if stretch is None else stretch.end + WRITTEN_AFTER
    return Card(
        id=blake2b(f"{story.ago} {story.title}".encode(), digest_size=6).hexdigest(),
        created_at=written,
        edited_at=written,
        day=day if stretch is None else None,
        title=story.title,
        tried=story.tried,
        worked=story.worked,
        learned=story.learned,
        next=story.next,
        outcome=story.outcome,
        level=story.level,
        function=story.function,
        effort_minutes=story.effort,
        saved_minutes=story.saved,
        tags=tuple(story.tags.split()),
        url=story.url,
        links=() if stretch is None else (Link(stretch.project, stretch.start, stretch.start, stretch.end),),
        models=tuple(filter(None, (story.model or (stretch.model if stretch else ""),))),
        draft=story.draft,
    )


def _edit_once(history: History, card: Card) -> None:
    """It said less at first."""
    keep_edit(history, Edit(card.edited_at, replace(card, worked="Too early to say.", learned="", outcome=U)))
    put_card(history, replace(card, edited_at=card.edited_at + timedelta(days=2)))


def _checkins(cards: Sequence[Card], today: date, zone: ZoneInfo) -> Iterator[tuple[str, CheckIn]]:
    for weeks, answers in CHECKINS:
        monday = today - timedelta(days=today.weekday() + 7 * weeks)
        year, number, _ = monday.isocalendar()
        mine = [card for card in cards if monday <= _day(card, zone) < monday + timedelta(days=7) and not card.draft]
        promoted = tuple(card.id for card in mine if card.level is not Level.ME)
        edited = datetime.combine(monday + timedelta(days=4), time(16, 30), zone).astimezone(UTC)
        yield f"{year}-W{number:02}", CheckIn("", answers, promoted, edited, True)


def _day(card: Card, zone: ZoneInfo) -> date:
    return card.day or card.links[0].anchor.astimezone(zone).date()
