"""The command `voice`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import date
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any
from uuid import uuid4

import typer

from voice.asr import catalogue, fetch
from voice.asr.word_list import read_words
from voice.audio.files import write
from voice.captions.cues import Cue, CueReader
from voice.captions.labels import Labels, labels
from voice.clock import run_in_virtual_time
from voice.commands.archive import archive
from voice.commands.improve import fixture, propose, replay, wer
from voice.commands.people import people
from voice.desk.backoffice import EmbeddedOffice
from voice.dialog.script import Script, load_script
from voice.doctor import examine
from voice.errors import ModelMissing, VoiceError
from voice.events import AnyEvent
from voice.line import CallRequest, Line
from voice.serve import serve as serve_line
from voice.settings import ROOT, Settings
from voice.switchboard import Switchboard
from voice.transports.microphone import MicrophoneLine
from voice.transports.recorded import RecordedLine, read_caller
from voice.tts import fetch as voice_fetch
from voice.tts import voices as tts_voices
from voice.tts.reading import READINGS
from voice.workshop.draw import draw as draw_flows
from voice.workshop.finding import Severity
from voice.workshop.lint import lint as lint_prompts
from voice.workshop.places import find_places
from voice.workshop.rehearsal import Rehearsal
from voice.workshop.scenarios import read_scenarios
from voice.workshop.simulation import simulate as simulate_calls
from voice.workshop.simulation import told
from voice.workshop.typed_call import TypedCall

DEFAULT_LINE = "88005553535"

app = typer.Typer(
    help="Liniya: a Russian voice line.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
models = typer.Typer(help="The recogniser's models.", no_args_is_help=True)
voices = typer.Typer(help="The voices of the line.", no_args_is_help=True)
app.add_typer(models, name="models")
app.add_typer(voices, name="voices")
app.add_typer(archive, name="archive")
for command in (replay, propose, wer, fixture):
    app.command()(command)
app.add_typer(people, name="people")


def main() -> None:
    """Run one command; an error of ours is told in a sentence, without a traceback."""
    try:
        app()
    except VoiceError as error:
        print(f"voice: {error}", file=sys.stderr)
        sys.exit(1)


@app.command()
def serve() -> None:
    """Run the line and its pages."""
    raise typer.Exit(serve_line(Settings.from_env()))


@app.command()
def call(
    file: Annotated[
        Path,
        typer.Argument(
            help="A recorded caller: WAV or FLAC, with or without NAME.expect.yaml", exists=True, dir_okay=False
        ),
    ],
    fast: Annotated[bool, typer.Option(help="As fast as the machine can, not in real time")] = False,
    line: Annotated[str, typer.Option(help="The number that is dialled")] = DEFAULT_LINE,
    save: Annotated[Path | None, typer.Option(help="Write what the line said: NAME.wav or NAME.flac")] = None,
) -> None:
    """Let a recorded caller talk to the line, and print live captions of both sides."""
    settings = Settings.from_env()

    async def place() -> None:
        caller = RecordedLine(read_caller(file, line=line))
        await _answer(settings, caller, line, "file")
        if save:
            write(save, caller.reply, caller.plays_hz)

    _run(place, fast=fast)


@app.command()
def talk(line: Annotated[str, typer.Option(help="The number that is dialled")] = DEFAULT_LINE) -> None:
    """Talk to the line over this machine's microphone. Wear headphones."""
    settings = Settings.from_env()

    async def place() -> None:
        await _answer(settings, MicrophoneLine(), line, "microphone")

    _run(place, fast=False)


@app.command()
def lint(
    prompts: Annotated[Path | None, typer.Argument(help="A language's folder, e.g. prompts/ru")] = None,
    errors: Annotated[bool, typer.Option("--errors", help="Leave the warnings out")] = False,
) -> None:
    """Find what is wrong, or looks wrong, in the flows, texts and phrases; errors give the exit code 1."""
    settings = Settings.from_env()
    try:
        vocabulary = read_words(catalogue.locate(settings))
    except ModelMissing as error:
        print(f"voice lint: words are not compared with the recogniser's: {error}", file=sys.stderr)
        vocabulary = None
    found = lint_prompts(prompts or settings.prompts / settings.language, vocabulary, settings.learning)
    failed = [finding for finding in found if finding.severity is Severity.ERROR]
    for finding in failed if errors else found:
        print(finding)
    print(f"{len(failed)} errors, {len(found) - len(failed)} warnings")
    raise typer.Exit(1 if failed else 0)


@app.command("try")
def try_flows(line: Annotated[str, typer.Option(help="The number that is dialled")] = DEFAULT_LINE) -> None:
    """Type a conversation with the line, without sound; nothing of it is kept."""
    settings = Settings.from_env()
    script = load_script(settings.prompts / settings.language, settings.learning)
    _check_line(script, line)
    with TemporaryDirectory() as folder:
        office = EmbeddedOffice.of(replace(settings, data=Path(folder)))
        others = {
            path.name: load_script(path, settings.learning)
            for path in map(attrgetter("parent"), settings.prompts.glob("*/language.yaml"))
        }
        rehearsal = Rehearsal(script, line, office, today=date.today(), languages=others)
        TypedCall(rehearsal, print, colour=sys.stdout.isatty()).run(_typed())


@app.command()
def simulate(
    scenarios: Annotated[
        list[Path],
        typer.Argument(help="Files of callers, as audio_fixtures/scenarios.yaml", exists=True, dir_okay=False),
    ],
    only: Annotated[list[str] | None, typer.Option(help="The callers to place, by name; all when not given")] = None,
) -> None:
    """Let described callers talk to the line, as fast as the machine can; the exit code is 1 when it fails one."""
    files = [read_scenarios(path) for path in scenarios]
    callers = [caller for file in files for caller in file.callers if not only or caller.name in only]
    if unknown := set(only or ()) - {caller.name for caller in callers}:
        raise VoiceError(f"no caller is named {', '.join(sorted(unknown))}")
    background = {kind: texts for file in files for kind, texts in file.background.items()}
    failed = 0
    for played in simulate_calls(Settings.from_env(), callers, background):
        print(f"\n{played.scenario.name}: {played.scenario.title}", *told(played.events), sep="\n")
        failed += bool(played.broken)
        print(*(f"  FAILED  {wrong}" for wrong in played.broken), *(() if played.broken else ("  ok",)), sep="\n")
    print(f"\n{len(callers)} callers, {failed} failed")
    raise typer.Exit(1 if failed else 0)


@app.command()
def draw(
    to: Annotated[Path, typer.Option(help="The folder of the pictures")] = ROOT / "docs" / "flows",
) -> None:
    """Draw every flow as an SVG file, from the data."""
    settings = Settings.from_env()
    folder = settings.prompts / settings.language
    pictures = draw_flows(load_script(folder, settings.learning), find_places(folder))
    to.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        (to / f"{name}.svg").write_text(picture, encoding="utf-8")
    for stale in {path.stem for path in to.glob("*.svg")} - pictures.keys():
        (to / f"{stale}.svg").unlink()
    print(f"{len(pictures)} flows are drawn in {to}")


@app.command()
def doctor() -> None:
    """Tell what is missing on this machine and how to get it."""
    findings = examine(Settings.from_env())
    for finding in findings:
        print(f"{finding.state:5} {finding.name:11} {finding.text}")
        if finding.advice:
            print(f"{'':17} {finding.advice}")
    raise typer.Exit(1 if any(finding.state == "fail" for finding in findings) else 0)


@models.command("fetch")
def models_fetch(
    name: Annotated[str, typer.Argument(help="A model of models/manifest.toml; the line's own when not given")] = "",
    source: Annotated[Path | None, typer.Option("--from", help="A directory that holds the model")] = None,
) -> None:
    """Bring a model, verified file by file."""
    print(fetch.fetch(Settings.from_env(), name, from_dir=source))


@models.command("list")
def models_list() -> None:
    """List the models that are known, and which are here."""
    for listed in catalogue.listing(Settings.from_env()):
        model, mark = listed.model, "*" if listed.chosen else " "
        print(f"{mark} {model.name:28} {model.language:6} {model.size >> 20:4} MB  {model.licence:11} {listed.state}")


@models.command("verify")
def models_verify(name: Annotated[str, typer.Argument()] = "") -> None:
    """Compare every file of a model with its hash."""
    print(f"{catalogue.verify(Settings.from_env(), name)}: every file is as it should be")


@voices.command("fetch")
def voices_fetch(
    language: Annotated[str, typer.Option(help="Another language to bring beside Russian: en")] = "ru",
) -> None:
    """Bring the RHVoice voices from this machine's Debian or Ubuntu packages, without root."""
    folder = Settings.from_env().models / "voices"
    print(voice_fetch.fetch(folder, lambda told: print(told, file=sys.stderr), languages=[language]))


@voices.command("list")
def voices_list() -> None:
    """List the voices that can speak on this machine, the best first."""
    models = Settings.from_env().models
    for voice in (voice for language in READINGS for voice in tts_voices.available_voices(models, language)):
        known = voice.known
        print(f"{known.language} {voice.name:14} {known.engine:8} {voice.version:14} {known.licence}")


class Terminal:
    """Captions of a call as lines of text; on a terminal the caller's words appear as they come."""

    def __init__(self, texts: Labels) -> None:
        self._reader, self._who = CueReader(texts), texts.who
        self._live = sys.stdout.isatty()
        self._printed: dict[str, str] = {}  # segment -> text: a final cue may come again when a saying is cut short

    def publish(self, event: AnyEvent) -> None:
        for cue in self._reader.push(event):
            self._show(cue)

    def _show(self, cue: Cue) -> None:
        if not cue.text or not (cue.final or self._live):
            return
        if cue.final and self._printed.get(cue.seg) == cue.text:
            return
        self._printed[cue.seg] = cue.text if cue.final else ""
        clock = f"{cue.at_ms // 60_000}:{cue.at_ms // 1000 % 60:02d}"
        text = f"{clock:>6}  {self._who.get(cue.who, ''):9} {cue.text}"
        print(f"\r\x1b[K{text}" if self._live else text, end="\n" if cue.final else "", flush=True)


async def _answer(settings: Settings, line: Line, number: str, transport: str) -> None:
    board = await Switchboard.open(settings)
    try:
        _check_line(board.script, number)
        await board.learn_languages()
        terminal = Terminal(labels(settings.language))
        request = CallRequest(line=number, caller="", transport=transport, call_id=uuid4().hex)
        await board.answer(line, request, readers=(terminal.publish,))
        print(f"        archived as {request.call_id}")
    finally:
        await board.close()


def _check_line(script: Script, number: str) -> None:
    if number not in script.lines:
        raise VoiceError(f"there is no line {number}; there are: {', '.join(script.lines)}")


def _typed() -> Iterator[str]:
    """What is typed, line by line, to the end of the input."""
    prompt = "> " if sys.stdin.isatty() else ""
    while True:
        try:
            yield input(prompt)
        except (EOFError, KeyboardInterrupt):
            return


def _run(main: Callable[[], Coroutine[Any, Any, None]], *, fast: bool) -> None:
    if fast:
        run_in_virtual_time(main)
    else:
        asyncio.run(main())
