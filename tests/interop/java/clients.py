"""Makes the Java clients of the description, compiles them, talks through them, and replays the kit into them.

    python clients.py SPEC KIT CONTROL REPLAY

SPEC is the directory of the published description, KIT the unpacked kit, CONTROL a simulator with --control and
--engineers manual, REPLAY one that replays the kit. Everything made stays in the working directory, as do
`results.json`, a row for each client, and a text for each with the exchanges that it takes for what they are not. The jar
of the generator has the libraries that a client needs, and stands in for a package manager; what it lacks is below `stubs`.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openapi_generator_cli

HERE = Path(__file__).resolve().parent
JAR = next(Path(openapi_generator_cli.__file__).parent.glob("*.jar"))
GLOBAL = "apiTests=false,modelTests=false,apiDocs=false,modelDocs=false"
OPTIONS = "openApiNullable=false,annotationLibrary=none,documentationProvider=none,hideGenerationTimestamp=true"


def run(*arguments: object, quiet: bool = False, place: Path | None = None) -> None:
    words = [str(argument) for argument in arguments]
    out = subprocess.PIPE if quiet else None
    done = subprocess.run(words, stdout=out, stderr=subprocess.STDOUT if quiet else None, cwd=place)
    if done.returncode != 0:
        sys.stdout.buffer.write(done.stdout or b"")
        raise SystemExit(f"{' '.join(words[:3])} .. is not content")


def client(document: Path, program: str, kit: str, control: str, replay: str) -> Any:
    """Makes the client of a form of the description and runs its program: what it found."""
    made, classes = Path("made", document.stem), Path("classes", document.stem)
    generate = ["java", "-jar", JAR, "generate", "--generator-name", "java", "--library", "native"]
    options = ["--additional-properties", OPTIONS, "--global-property", GLOBAL]
    run(*generate, "--input-spec", document, "--output", made, *options, quiet=True)
    own = [HERE / f"{name}.java" for name in ("Clients", "EmptyAnswers", program)]
    sources = [*made.glob("src/main/java/**/*.java"), *HERE.glob("stubs/**/*.java"), *own]
    Path("sources.txt").write_text("".join(f'"{path.resolve().as_posix()}"\n' for path in sources), encoding="utf-8")
    # Names of parameters tell which argument is which when the kit is replayed.
    run("javac", "-parameters", "-proc:none", "-nowarn", "-encoding", "UTF-8", "-d", classes, "-cp", JAR, "@sources.txt")
    work = Path("work", document.stem)
    work.mkdir(parents=True)
    place = os.pathsep.join((str(classes.resolve()), str(JAR)))
    where = [document.resolve(), Path(kit).resolve(), control, replay]
    run("java", "-Dfile.encoding=UTF-8", "-Djava.io.tmpdir=.", "-cp", place, program, *where, place=work)
    told = Path(f"{document.name}.txt")
    (work / "exchanges.txt").replace(told)
    print(f"named in {told.resolve()}", flush=True)
    return json.loads((work / "results.json").read_text(encoding="utf-8"))


def main(spec: str, kit: str, control: str, replay: str) -> None:
    for directory in ("made", "classes", "work"):
        shutil.rmtree(directory, ignore_errors=True)
    forms = {"openapi.json": "Documented", "openapi.tolerant.json": "Tolerant"}
    rows = [client(Path(spec, document), program, kit, control, replay) for document, program in forms.items()]
    Path("results.json").write_text(json.dumps(rows), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
