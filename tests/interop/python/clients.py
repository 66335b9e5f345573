"""Makes the Python clients of the description, checks their types, talks through them, and replays the kit into them.

    python clients.py SPEC KIT CONTROL REPLAY

SPEC is the directory of the published description, KIT the unpacked kit, CONTROL a simulator with --control and
--engineers manual, REPLAY one that replays the kit. Everything made stays in the working directory, as does
`results.json`, a row for each client.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCUMENTS = ("openapi.json", "openapi.tolerant.json")
WIRE = "import json, sys, conversation; print(json.dumps(sorted(conversation.converse(sys.argv[1]))))"


def run(arguments: list[str], client: Path) -> str:
    """The last line of a program that finds this client and no other; everything else it says is passed on."""
    place = os.pathsep.join((str(client), str(HERE)))
    environment = {**os.environ, "PYTHONPATH": place, "MYPYPATH": place, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(arguments, env=environment, stdout=subprocess.PIPE, encoding="utf-8")
    print(done.stdout, end="", flush=True)
    if done.returncode != 0:
        raise SystemExit(f"{Path(arguments[0]).name} is not content with the client in {client.name}")
    return done.stdout.rstrip().rpartition("\n")[2]


def program(name: str) -> str:
    """A program of the environment that runs this."""
    return str(Path(sys.executable).with_name(name))


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
            run([*strict, str(HERE / "conversation.py"), str(HERE / "replay.py")], client)
        wire = json.loads(run([sys.executable, "-c", WIRE, control], client))
        said = json.loads(run([sys.executable, str(HERE / "replay.py"), replay, kit, description], client))
        rows.append({"client": "openapi-python-client", "document": document, "credentials": wire, **said})
    Path("results.json").write_text(json.dumps(rows), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
