"""Makes the Python clients of the description, checks their types, talks through them, and replays the kit into them. The
programs that the README of the description shows are run besides.

    python clients.py SPEC KIT CONTROL REPLAY

SPEC is the directory of the published description, KIT the unpacked kit, CONTROL a simulator with --control and
--engineers manual, REPLAY one that replays the kit. Everything made stays in the working directory, as do
`results.json`, a row for each client, and a text for each with the exchanges that it takes for what they are not.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DOCUMENTS = ("openapi.json", "openapi.tolerant.json")
WIRE = "import json, sys, conversation; print(json.dumps(sorted(conversation.converse(sys.argv[1]))))"


def run(arguments: list[str], client: Path) -> str:
    """What a program says that finds this client and no other; it is passed on."""
    place = os.pathsep.join((str(client), str(HERE)))
    environment = {**os.environ, "PYTHONPATH": place, "MYPYPATH": place, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(arguments, env=environment, stdout=subprocess.PIPE, encoding="utf-8")
    print(done.stdout, end="", flush=True)
    if done.returncode != 0:
        raise SystemExit(f"{Path(arguments[0]).name} is not content with the client in {client.name}")
    return done.stdout


def last(said: str) -> Any:
    """What the last line of a script has found."""
    return json.loads(said.rstrip().rpartition("\n")[2])


def program(name: str) -> str:
    """A program of the environment that runs this."""
    return str(Path(sys.executable).with_name(name))


def shown_programs(spec: str, control: str) -> list[str]:
    """The programs of the README, for this simulator: the first one, and the one that sorts answers."""
    text = Path(spec).with_name("README.md").read_text(encoding="utf-8").replace("http://127.0.0.1:8480", control)
    return [after.split("```")[0] for after in text.split("```python\n")[1:]]


def main(spec: str, kit: str, control: str, replay: str) -> None:
    rows = []
    for document in DOCUMENTS:
        description = str(Path(spec, document))
        client = Path("made", document).resolve()
        client.mkdir(parents=True, exist_ok=True)
        settings, package = str(HERE / "generator.yaml"), str(client / "hwc_tickets_client")
        generate = [program("openapi-python-client"), "generate", "--path", description, "--meta", "none", "--overwrite"]
        run([*generate, "--fail-on-warning", "--config", settings, "--output-path", package], client)
        if document == DOCUMENTS[0]:
            # Types of the tolerant form are choices, which a program takes apart before mypy is content.
            strict = [program("mypy"), "--strict", "--cache-dir", "mypy-cache"]
            run([*strict, "--package", "hwc_tickets_client"], client)
            shown = Path("first.py"), Path("outcome.py")
            for file, text in zip(shown, shown_programs(spec, control), strict=True):
                file.write_text(text, encoding="utf-8")
            own = (HERE / name for name in ("conversation.py", "replay.py", "empty_answers.py"))
            run([*strict, *map(str, (*shown, *own))], client)
            if not run([sys.executable, str(shown[0])], client).startswith("sent: "):
                raise SystemExit("the first program of spec/README.md sends nothing")
            if run([sys.executable, str(shown[1])], client).split() != ["case-123", "done", "case-nope", "refused"]:
                raise SystemExit("the program of spec/README.md that sorts answers sorts them wrongly")
        wire = last(run([sys.executable, "-c", WIRE, control], client))
        asks = [sys.executable, str(HERE / "replay.py"), replay, kit, description, f"{document}.txt"]
        said = last(run(asks if document == DOCUMENTS[0] else [*asks, "--lets-empty-through"], client))
        rows.append({"client": "openapi-python-client", "document": document, "credentials": wire, **said})
    Path("results.json").write_text(json.dumps(rows), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
